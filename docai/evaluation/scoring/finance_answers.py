"""Answers over filings as far as a rule can judge them: right, wrong or refused (FinanceBench)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.anls import anls
from docai.evaluation.metrics.financebench import financebench_correct
from docai.evaluation.metrics.squad import WordRule, token_f1
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import has_declined, no_answer_text
from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.evidence_pages import EvidencePage, evidence_values
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.grounding.numbers import quantity_of


class FinanceTruth(BaseModel):
    """A question's answer and where it stands; all questions are answerable."""

    model_config = ConfigDict(frozen=True)

    answer: str
    evidence: tuple[EvidencePage, ...] = ()


@dataclass(frozen=True, slots=True)
class FinanceAnswers:
    """FinanceBench (Islam et al. 2023), whose authors judged by hand: correct, incorrect, or a failure to answer.

    `correct` is the part of that which a rule can decide, see `financebench_correct`, and so a lower bound:
    `correct_figures` is of the questions whose answer is a single figure, where it can be relied on. Long answers in
    free words are told apart by `token_f1` and `anls`. What docai declined is `refused`, and so are its failures.
    """

    primary: str = "correct"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """The verdict, likeness of the words, evidence pages and citations; see `ItemScore`."""
        truth = FinanceTruth.model_validate(sample.truth)
        text = None if has_declined(prediction, [truth.answer]) else prediction.answer_text
        is_right = text is not None and financebench_correct(truth.answer, text)
        values = {
            "correct": float(is_right),
            "incorrect": float(text is not None and not is_right),
            "refused": float(text is None),
            "anls": anls(text, [truth.answer]) if text is not None else 0.0,
            "token_f1": token_f1(text, [truth.answer], WordRule.PLAIN) if text is not None else 0.0,
        }
        if quantity_of(truth.answer.strip().rstrip(".")) is not None:
            values["correct_figures"] = values["correct"]
        return ItemScore(values | evidence_values(prediction, truth.evidence))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means, and figures of confidence."""
        return mean_figures(scored) | confidence_figures(scored, self.primary)

    def truth_text(self, sample: Sample) -> str:
        """The answer."""
        return FinanceTruth.model_validate(sample.truth).answer

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer, or why there is none."""
        return prediction.answer_text or no_answer_text(prediction)
