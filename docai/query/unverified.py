"""An answer that its cited places do not hold: withdrawn, or given and marked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from docai.domain.answers import Answer, AnswerForm
from docai.domain.documents import Page
from docai.query.cited_places import held_by_pages

DOUBTED = 0.4
"""What is left of the confidence in an answer that its cited places do not hold."""
_NOT_CONFIRMED = "Not everything that it rests on stands on the pages that it cites."


class Unverified(StrEnum):
    """What becomes of such an answer."""

    WITHDRAW = "withdraw"
    """The question is not answerable."""
    MARK = "mark"
    """It is given, and said to be unverified."""


def settled(answer: Answer, pages: Iterable[Page], unverified: Unverified) -> Answer:
    """The answer as it may be given.

    Args:
        answer: of whatever reader; an abstention stays one.
        pages: those that it was made from, with their words.
        unverified: what becomes of it where its citations do not hold it.
    """
    if not answer.answerable:
        return answer
    found = held_by_pages(answer, pages)
    if found.is_held and answer.is_verified:
        return answer
    if unverified is Unverified.WITHDRAW:
        return _withdrawn(answer, found.reason or _NOT_CONFIRMED)
    confidence = answer.confidence * DOUBTED if answer.is_verified else answer.confidence
    return answer.model_copy(update={"is_verified": False, "confidence": confidence})


def _withdrawn(answer: Answer, reason: str) -> Answer:
    """An abstention in its place, without words of documents that it then no longer cites."""
    check = answer.cross_check
    if check is not None and answer.model is None:
        check = check.model_copy(update={"text": None, "agrees": None})
    return answer.model_copy(
        update={
            "answerable": False,
            "text": None,
            "kind": None,
            "confidence": 0.0,
            "citations": (),
            "reason": f"An answer was withdrawn: {reason}",
            "form": AnswerForm.NONE if answer.form is not None else None,
            "is_verified": True,
            "steps": (),
            "cross_check": check,
        }
    )
