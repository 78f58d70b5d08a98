"""OCRBench v2: averages by ability and language, from replies alone and with docai's own evidence boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from docai.domain.answers import Citation
from docai.evaluation.metrics.ocrbench_v2_boxes import grid_iou, on_grid, position_score_by_evidence
from docai.evaluation.metrics.ocrbench_v2_spotting import SpottedText, spotting_score
from docai.evaluation.metrics.ocrbench_v2_totals import ocrbench_v2_totals
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.ocrbench_v2_reading import reading_reply
from docai.evaluation.scoring.ocrbench_v2_tasks import (
    GROUNDING,
    POSITION,
    SPOTTING,
    OcrBenchV2Truth,
    task_score,
)
from docai.evaluation.scoring.scorer import ItemScore, Scored

_BY_EVIDENCE = "_by_evidence"


@dataclass(frozen=True, slots=True)
class OcrBenchV2Scorer:
    """The official averages: of each ability over its questions, of a language over its abilities.

    `en_overall` and `cn_overall` are the figures that are quoted, `overall` is their mean. Figures that end in
    `_by_evidence` take the boxes that three of the tasks ask for from the places that docai cites, and all else alike.
    Of samples that are read and not asked (`Task.PARSE`), the reply is the reading.
    """

    @property
    def primary(self) -> str:
        """Mean of the languages that there are: of one language alone, its own figure."""
        return "overall"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """`score`, and `score_by_evidence` of tasks that ask for boxes; 0 where docai declines or fails.

        Questions that the averages leave out have neither.

        Raises:
            ValueError: the sample's truth is no `OcrBenchV2Truth`.
        """
        truth = OcrBenchV2Truth.model_validate(sample.truth)
        detail = {"type": truth.type}
        if truth.is_ignored:
            return ItemScore({}, detail)
        is_read = sample.task is Task.PARSE
        reply = reading_reply(prediction, truth) if is_read else prediction.answer_text
        values = {"score": 0.0 if reply is None else task_score(reply, truth)}
        if truth.type in (GROUNDING, POSITION, SPOTTING):
            values[f"score{_BY_EVIDENCE}"] = 0.0 if reply is None else _by_evidence(reply, prediction, truth)
        return ItemScore(values, detail)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """`overall`, by language and by ability, from replies alone and by evidence; none where all are left out."""
        counted = [each for each in scored if each.score.values]
        if not counted:
            return {}
        figures = _averages(counted)
        if any(f"score{_BY_EVIDENCE}" in each.score.values for each in counted):
            figures |= _averages(counted, _BY_EVIDENCE)
        return figures

    def truth_text(self, sample: Sample) -> str:
        """Accepted answers, with the box where there is one."""
        truth = OcrBenchV2Truth.model_validate(sample.truth)
        said = [" or ".join(truth.answers or truth.contents), str(truth.box) if truth.box else ""]
        return " ".join(part for part in said if part)

    def prediction_text(self, prediction: Prediction) -> str:
        """The reply or the reading, or why there is none."""
        if prediction.pages:
            return "\n".join(page.markdown for page in prediction.pages)
        return prediction.answer_text or no_answer_text(prediction)


def _averages(scored: Sequence[Scored], variant: str = "") -> dict[str, float]:
    totals = ocrbench_v2_totals(
        (each.score.detail["type"], each.score.values.get(f"score{variant}", each.score.values["score"]))
        for each in scored
    )
    figures = {f"overall{variant}": fmean(each.overall for each in totals.values())}
    for language, found in totals.items():
        figures[f"{language}_overall{variant}"] = found.overall
        figures |= {f"{language}_{ability}{variant}": value for ability, value in found.abilities.items()}
    return figures


def _by_evidence(reply: str, prediction: Prediction, truth: OcrBenchV2Truth) -> float:
    """A picture is one page, so that boxes on it are boxes in the picture."""
    citations: tuple[Citation, ...] = prediction.answer.citations if prediction.answer else ()
    if truth.type == SPOTTING:
        return spotting_score([SpottedText(on_grid(each.box), each.quote) for each in citations], truth.spotted)
    box = on_grid(citations[0].box) if citations else None
    assert truth.box is not None
    if truth.type == GROUNDING:
        return grid_iou(box, truth.box)
    return position_score_by_evidence(reply, box, truth.answers, truth.box)
