"""OCRBench v1: points of a thousand questions, and the five components that they are quoted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, field_validator

from docai.evaluation.metrics.ocrbench import ocrbench_correct, ocrbench_totals
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

N_QUESTIONS = 1000
"""Of the whole set; points are counted of so many at most."""
_COMPONENTS = {
    "Scene Text-centric VQA": "points_scene_text_vqa",
    "Doc-oriented VQA": "points_document_vqa",
    "Key Information Extraction": "points_key_information_extraction",
    "Handwritten Mathematical Expression Recognition": "points_handwritten_formulas",
}


class OcrBenchTruth(BaseModel):
    """A question's answers."""

    model_config = ConfigDict(frozen=True)

    answers: tuple[str, ...]
    question_type: str
    """One of the ten of the benchmark."""
    dataset: str
    """That the question was taken from; `HME100k` is compared in its own way."""

    @field_validator("question_type")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        ocrbench_totals([(kind, False)])  # raises ValueError for a type that has no component
        return kind


@dataclass(frozen=True, slots=True)
class OcrBenchScorer:
    """Accuracy, and the points as the field prints them.

    `final_score` of 1,000 is the one quoted for the whole set: a thousand times `accuracy`.
    """

    @property
    def primary(self) -> str:
        """The share of questions answered right."""
        return "accuracy"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """`accuracy`: 1 where an accepted answer stands in the reply; 0 where docai declines or fails.

        Raises:
            ValueError: the sample's truth is no `OcrBenchTruth`.
        """
        truth = OcrBenchTruth.model_validate(sample.truth)
        reply = prediction.answer_text
        is_right = reply is not None and ocrbench_correct(reply, truth.answers, truth.dataset)
        return ItemScore({"accuracy": float(is_right)}, {"question_type": truth.question_type})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Accuracy; of up to 1,000 questions also `final_score`, `final_score_norm` (a tenth of it) and points."""
        figures = mean_figures(scored)
        if len(scored) > N_QUESTIONS:
            return figures
        totals = ocrbench_totals(
            (each.score.detail["question_type"], bool(each.score.values["accuracy"])) for each in scored
        )
        figures |= {"final_score": totals.final, "final_score_norm": totals.final / 10}
        figures |= {"points_text_recognition": totals.recognition}
        return figures | {name: totals.components[kind] for kind, name in _COMPONENTS.items()}

    def truth_text(self, sample: Sample) -> str:
        """All accepted answers."""
        return " or ".join(OcrBenchTruth.model_validate(sample.truth).answers)

    def prediction_text(self, prediction: Prediction) -> str:
        """The reply, or why there is none."""
        return prediction.answer_text or no_answer_text(prediction)
