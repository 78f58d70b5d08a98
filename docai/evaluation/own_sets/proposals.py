"""Proposal: a question that docai makes of what stands on a page, for a person to confirm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.evaluation.own_sets.questions import AnswerFormat
from docai.grounding.numbers import quantity_of

_BELIEVED = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE})
_NOTHING = frozenset({"na", "n/a", "n.a", "nil", "none", "null"})
"""What cells without a value have."""
_MOST_TITLE_WORDS = 12
_LONGEST = 80
"""Characters of an answer: a longer one is a passage."""


class ProposalKind(StrEnum):
    """What a question is made of."""

    TABLE = "table"
    TOTAL = "total"
    FIELD = "field"
    CHART = "chart"
    HEADING = "heading"
    PROSE = "prose"
    UNANSWERABLE = "unanswerable"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question with its answer and where that stands."""

    kind: ProposalKind
    question: str
    answer: str
    page: int
    """1-based."""
    box: Box | None
    quote: str
    """What stands there, with what names it."""
    subject: str
    """What the question names: a document that does not have these words cannot answer it."""
    within: str = ""
    """Title of the table or chart, by which the same question is told from one about another."""

    @property
    def answer_format(self) -> AnswerFormat:
        """Number or text."""
        return AnswerFormat.NUMBER if is_amount(self.answer) else AnswerFormat.TEXT

    def told_apart(self) -> Proposal:
        """The same with the beginning of its table's or chart's title in the question."""
        words = self.within.split()
        title = " ".join(words[:_MOST_TITLE_WORDS]) + (" ..." if len(words) > _MOST_TITLE_WORDS else "")
        question = f'{self.question.removesuffix("?")} in "{title}"?'
        return replace(self, question=question, within="") if words else self


def is_amount(text: str) -> bool:
    """Whether a text is one number, with its unit or without."""
    return quantity_of(text) is not None


def is_answer(text: str) -> bool:
    """Whether a text can be an answer: it says something, and is no passage."""
    return 0 < len(text) <= _LONGEST and any(c.isalnum() for c in text) and text.casefold().strip(" .") not in _NOTHING


def is_believed(evidence: Evidence | None) -> bool:
    """Whether the page's own witness read the same; a value that nobody judged counts as believed."""
    return evidence is None or evidence.verdict in _BELIEVED
