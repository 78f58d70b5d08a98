"""How well a system says that a document does not answer: precision, recall and F1 of declining."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

_DECLINING = ("not answerable", "fail to answer")
"""What the answers of MMLongBench-Doc begin with after `eval/prompt_for_answer_extraction.md`."""
_NOTHING = frozenset({"", "none", "n/a", "null", "unanswerable"})
"""Whole answers that say the same in other data sets (SQuAD 2.0's empty answer, DUDE's `None`)."""


class Declining(BaseModel):
    """Shares, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    precision: float
    """Of declined questions, those that are unanswerable; 0 where none was declined."""
    recall: float
    """Of unanswerable questions, those that were declined; 0 where there are none."""
    f1: float
    """Harmonic mean of the two."""


def declines(answer: str | None) -> bool:
    """Whether an answer says that there is none."""
    text = " ".join((answer or "").split()).lower().strip(" .")
    return text in _NOTHING or text.startswith(_DECLINING)


def declining(outcomes: Iterable[tuple[bool, bool]]) -> Declining:
    """Precision, recall and F1 over questions (as SQuAD 2.0 and MMLongBench-Doc single the unanswerable ones out).

    Args:
        outcomes: For each question, whether it is answerable and whether it was declined.
    """
    right = declined = unanswerable = 0
    for is_answerable, was_declined in outcomes:
        right += was_declined and not is_answerable
        declined += was_declined
        unanswerable += not is_answerable
    both = declined + unanswerable
    return Declining(
        precision=right / declined if declined else 0.0,
        recall=right / unanswerable if unanswerable else 0.0,
        f1=2 * right / both if both else 0.0,
    )
