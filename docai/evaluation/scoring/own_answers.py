"""Questions and fields of own sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.optimize import linear_sum_assignment

from docai.domain.geometry import Box
from docai.evaluation.metrics.anls import anls
from docai.evaluation.metrics.field_f1 import field_counts
from docai.evaluation.own_sets.questions import AnswerFormat
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.abstention import abstention_detail, abstention_figures, has_declined, no_answer_text
from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.evidence_pages import EvidencePage, evidence_values
from docai.evaluation.scoring.extracted_values import citation_counts, cited_share, data_of, extraction_text
from docai.evaluation.scoring.scan_folding import one_kind, tight
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.grounding.numbers import same_number

_LIST_MARK = ";"
_YES_NO = ("yes", "no")


class OwnTruth(BaseModel):
    """What a person says is right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: list[str] = []
    """Accepted ones, or the entries of a list; empty: the document does not say."""
    answer_format: AnswerFormat = AnswerFormat.TEXT
    evidence: list[EvidencePage] = []
    box: Box | None = None
    """On the first page of evidence."""
    fields: dict[str, Any] | None = None
    """Of an extraction."""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """Questions by the format of their answers, and fields.

    `score`: texts by ANLS; numbers by being the same, units included; dates letter for letter but for blanks and case;
    yes or no by the first word; a list by the F1 of its entries, paired by ANLS. Unanswerable: 1 if docai abstained.
    Extractions: F1 of the fields' leaves. Beside it, of questions: `exact`, pages cited (`evidence_page_recall`,
    `citation_precision`), `evidence_box_found` (a cited box and the true one have the middle of one in the other), and
    figures of abstention and confidence; of extractions: `cited`.
    """

    primary: str = "score"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        truth = OwnTruth.model_validate(sample.truth)
        if sample.task is Task.EXTRACT:
            counts = field_counts(data_of(prediction), truth.fields or {})
            return ItemScore({"score": counts.f1}, citation_counts(prediction))
        declined = has_declined(prediction, truth.answers)
        text = None if declined else prediction.answer_text
        if not truth.answers:
            return ItemScore({"score": float(declined)}, abstention_detail(False, declined))
        values = {"score": _worth(truth, text), "exact": float(_is_exact(truth, text))}
        values |= evidence_values(prediction, truth.evidence)
        if truth.box is not None and truth.evidence:
            values["evidence_box_found"] = float(_found(prediction, truth.evidence[0], truth.box))
        return ItemScore(values, abstention_detail(True, declined))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        asked = [each for each in scored if each.sample.task is not Task.EXTRACT]
        extracted = [each for each in scored if each.sample.task is Task.EXTRACT]
        of_answers = abstention_figures(asked) | confidence_figures(asked, self.primary) if asked else {}
        return mean_figures(scored) | of_answers | cited_share(extracted)

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        truth = OwnTruth.model_validate(sample.truth)
        if truth.fields is not None:
            return json.dumps(truth.fields, ensure_ascii=False)
        return " | ".join(truth.answers) or "(not answerable)"

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        if prediction.extraction is not None:
            return extraction_text(prediction)
        return prediction.answer_text or no_answer_text(prediction)


def _worth(truth: OwnTruth, text: str | None) -> float:
    if text is None:
        return 0.0
    match truth.answer_format:
        case AnswerFormat.LIST:
            return _list_f1(truth.answers, text)
        case AnswerFormat.NUMBER | AnswerFormat.DATE | AnswerFormat.YES_NO:
            return float(_is_exact(truth, text))
        case AnswerFormat.TEXT:
            return anls(one_kind(text), [one_kind(answer) for answer in truth.answers])


def _is_exact(truth: OwnTruth, text: str | None) -> bool:
    if text is None:
        return False
    match truth.answer_format:
        case AnswerFormat.LIST:
            return sorted(map(tight, _entries(text))) == sorted(map(tight, truth.answers))
        case AnswerFormat.YES_NO:
            words = one_kind(text).casefold().replace(",", " ").replace(".", " ").split()
            return bool(words) and words[0] in _YES_NO and words[0] in {tight(answer) for answer in truth.answers}
        case AnswerFormat.NUMBER:
            return any(tight(text) == tight(answer) or same_number(text, answer) for answer in truth.answers)
        case AnswerFormat.TEXT | AnswerFormat.DATE:
            return tight(text) in {tight(answer) for answer in truth.answers}


def _list_f1(want: Sequence[str], text: str) -> float:
    got = _entries(text)
    if not got:
        return 0.0
    alike = np.array([[anls(one_kind(said), [one_kind(entry)]) for said in got] for entry in want])
    return float(2 * alike[linear_sum_assignment(alike, maximize=True)].sum() / (len(want) + len(got)))


def _entries(text: str) -> list[str]:
    """The entries of a list as they are said: parted by semicolons or ends of lines, else by commas."""
    parts = text.replace("\n", _LIST_MARK).split(_LIST_MARK)
    if len(parts) == 1:
        parts = text.split(",")
    return [entry for part in parts if (entry := part.strip(" -*\u2022"))]


def _found(prediction: Prediction, evidence: EvidencePage, box: Box) -> bool:
    if prediction.answer is None or not prediction.answer.answerable:
        return False
    return any(
        citation.document_name == evidence.file
        and citation.page_number == evidence.page
        and (box.holds(citation.box.centre) or citation.box.holds(box.centre))
        for citation in prediction.answer.citations
    )
