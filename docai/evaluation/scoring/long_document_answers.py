"""Answers over long documents by MMLongBench-Doc's rules, broken down as its script does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from docai.domain.answers import AnswerForm
from docai.evaluation.metrics.mmlongbench import (
    AnswerFormat,
    MmLongBenchRule,
    mmlongbench_figures,
    mmlongbench_score,
)
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import abstention_detail, abstention_figures, has_declined, no_answer_text
from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.evidence_pages import EvidencePage, evidence_values
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.grounding.numbers import quantity_of

NOT_ANSWERABLE = "Not answerable"
"""The truth of a question that its document does not answer."""
_NOT_WORD = re.compile(r"[^a-z]+")
_BRACKETED = re.compile(r"\([^)]*\)")


class LongDocumentTruth(BaseModel):
    """A question's answer and where it stands."""

    model_config = ConfigDict(frozen=True)

    answer: str
    """Lists as Python writes them; `Not answerable`."""
    answer_format: AnswerFormat
    evidence: tuple[EvidencePage, ...] = ()
    sources: tuple[str, ...] = ()
    """What holds the evidence, as the data set names it, such as `Chart`."""

    @property
    def is_answerable(self) -> bool:
        """Whether the document answers the question."""
        return self.answer != NOT_ANSWERABLE


@dataclass(frozen=True, slots=True)
class LongDocumentAnswers:
    """MMLongBench-Doc (Ma et al., NeurIPS 2024; `eval/eval_score.py`).

    Its script scores short answers that a model extracted from longer replies. docai's answers are short, so they are
    scored as they are, lists written as Python writes them: `accuracy` and `f1`. `_intended` mends slips of the script,
    among them that words which merely resemble `Not answerable` score nearly 1. `_extracted` first does by rule what
    the extraction does: one printed number is put down in plain figures, and lists are cut at their separators.
    `accuracy_single_page`, `accuracy_cross_page`, `accuracy_unanswerable` and those by source of the evidence are of
    the questions that the script counts there, one with two sources in both.
    """

    primary: str = "accuracy"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """Accuracies by variant and part, evidence pages and citations; see `ItemScore`."""
        truth = LongDocumentTruth.model_validate(sample.truth)
        values, declined = long_document_values(truth, prediction)
        values |= {f"accuracy_{part}": values["accuracy"] for part in (*_parts(truth), *map(_named, truth.sources))}
        values |= evidence_values(prediction, truth.evidence)
        return ItemScore(values, abstention_detail(truth.is_answerable, declined))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means, F1 over answerable and answered questions, and figures of abstention and confidence."""
        figures = mean_figures(scored) | long_document_f1(scored) | abstention_figures(scored)
        return figures | confidence_figures(scored, self.primary)

    def truth_text(self, sample: Sample) -> str:
        """The answer."""
        return LongDocumentTruth.model_validate(sample.truth).answer

    def prediction_text(self, prediction: Prediction) -> str:
        """What the rules are given."""
        return answer_as_written(prediction) or no_answer_text(prediction)


def long_document_values(
    truth: LongDocumentTruth, prediction: Prediction, name: str = "accuracy"
) -> tuple[dict[str, float], bool]:
    """Score of one answer by each variant, and whether it was declined.

    Args:
        truth: What is right.
        prediction: What docai said.
        name: Of the official variant; the others' are made of it.
    """
    declined = has_declined(prediction, [truth.answer] if truth.is_answerable else [])
    text = NOT_ANSWERABLE if declined else answer_as_written(prediction)
    names = (name, f"{name}_intended", f"{name}_extracted")
    if text is None or (declined and truth.is_answerable):
        return dict.fromkeys(names, 0.0), declined
    right, of = truth.answer, truth.answer_format
    meant = mmlongbench_score(right, text, of, MmLongBenchRule.INTENDED) if truth.is_answerable else float(declined)
    scores = (
        mmlongbench_score(right, text, of),
        meant,
        mmlongbench_score(right, _extracted(text, of), of),
    )
    return dict(zip(names, scores, strict=True)), declined


def long_document_f1(scored: Sequence[Scored], name: str = "accuracy", f1: str = "f1") -> dict[str, float]:
    """F1 of each variant that the items have values of.

    Args:
        scored: Items whose values and details are those of `long_document_values` and `abstention_detail`.
        name: Of the official variant's values.
        f1: Of its figure.
    """
    figures = {}
    for variant in ("", "_intended", "_extracted"):
        outcomes = [
            (each.score.values[name + variant], each.score.detail["answerable"], each.score.detail["declined"])
            for each in scored
            if name + variant in each.score.values
        ]
        if outcomes:
            figures[f1 + variant] = mmlongbench_figures(outcomes).f1
    return figures


def answer_as_written(prediction: Prediction) -> str | None:
    """The answer's text, a list as Python writes it; None where docai abstained or failed."""
    text, answer = prediction.answer_text, prediction.answer
    if text is None or answer is None or answer.form is not AnswerForm.LIST or text.strip().startswith("["):
        return text
    return str([item.strip() for item in text.split(";")])


def _extracted(text: str, answer_format: AnswerFormat) -> str:
    if answer_format in (AnswerFormat.INT, AnswerFormat.FLOAT):
        quantity = quantity_of(text.strip().rstrip("."))
        if quantity is None:
            return text
        return str(quantity.value if quantity.value.denominator == 1 else float(quantity.value))
    if answer_format is AnswerFormat.LIST and not text.strip().startswith("["):
        return str([item.strip() for item in text.split(";" if ";" in text else ",")])
    return text


def _parts(truth: LongDocumentTruth) -> list[str]:
    """As the script parts questions; an unanswerable one for which a page is marked counts twice."""
    parts = [] if truth.is_answerable else ["unanswerable"]
    if len(truth.evidence) == 1:
        return [*parts, "single_page"]
    return parts or ["cross_page"]


def _named(source: str) -> str:
    """`Pure-text (Plain-text)` as `pure_text`."""
    return _NOT_WORD.sub("_", _BRACKETED.sub("", source).lower()).strip("_")
