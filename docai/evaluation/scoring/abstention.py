"""Abstention: whether docai said that a document does not answer, and the figures of it."""

from __future__ import annotations

from collections.abc import Sequence

from docai.evaluation.metrics.unanswerable import declines, declining
from docai.evaluation.predictions import Prediction
from docai.evaluation.scoring.scorer import Scored


def has_declined(prediction: Prediction, answers: Sequence[str]) -> bool:
    """Whether the prediction says that there is no answer; a failure says nothing.

    Args:
        prediction: What docai said.
        answers: Accepted answers of an answerable question, none of an unanswerable one: where one of them reads as an
            abstention, such as `None` in a cell, the same words are an answer.
    """
    if prediction.failure is not None or prediction.answer is None:
        return False
    text = prediction.answer_text
    return text is None or (declines(text) and not any(declines(answer) for answer in answers))


def abstention_detail(is_answerable: bool, declined: bool) -> dict[str, bool]:
    """What `abstention_figures` counts, for the detail of an item's score."""
    return {"answerable": is_answerable, "declined": declined}


def abstention_figures(scored: Sequence[Scored]) -> dict[str, float]:
    """Precision, recall and F1 of declining, as `unanswerable_...`; none where all questions are answerable."""
    outcomes = [(each.score.detail["answerable"], each.score.detail["declined"]) for each in scored]
    if all(is_answerable for is_answerable, _ in outcomes):
        return {}
    found = declining(outcomes)
    return {
        "unanswerable_precision": found.precision,
        "unanswerable_recall": found.recall,
        "unanswerable_f1": found.f1,
    }


def no_answer_text(prediction: Prediction) -> str:
    """Why there is no answer, for people."""
    if prediction.failure is not None:
        return f"(failed: {prediction.failure.code})"
    return "(abstained)" if prediction.answer is not None else "(nothing)"
