"""Candidate: a possible answer on a page, and how well what stands around it meets the question."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from typing import Self

from docai.domain.answers import AnswerKind
from docai.domain.evidence import Evidence
from docai.domain.geometry import Box
from docai.query.extract_question import Asked

NEAR_CREDIT = 0.75
"""Credit for a term that stands in the heading, the caption or the sentence before."""
PAGE_CREDIT = 0.2
"""Credit for a term that stands elsewhere on the page or in the document's name."""
_MISSED_NAME = 0.55
"""What is left of a score for each name or figure of the question that the page does not say."""
_FAR_NAME = 0.85
"""The same where the page says it, but elsewhere."""
_MISSED_OPERATION = 0.3
"""The same for `average`, `difference` and the like: nothing here does arithmetic."""
_WRONG_TYPE = 0.35
"""What is left of the score of a value that is not what was asked for, such as a word for a date."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer."""

    kind: AnswerKind
    text: str
    word_ids: tuple[int, ...]
    """The answer's words."""
    box: Box
    """The reader's box, for an answer without words."""
    quote_ids: tuple[int, ...]
    """The words that say that this is the answer, the answer's among them."""
    evidence: Evidence | None
    """That of the cell or field; None for a part of a block."""
    score: float
    """0 to 1: how well the page's words around the answer meet the question."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The terms that stand around a possible answer, from near to far."""

    here: Set[str]
    """In its label, headers or sentence."""
    near: Set[str]
    """In the heading, caption or sentence before."""
    page: Set[str]
    """Anywhere on the page or in the document's name."""

    def closer(self, *, here: Set[str], near: Set[str] = frozenset()) -> Self:
        """The same with more known of what stands close by."""
        return replace(self, here=self.here | here, near=self.near | near)


def agreement(asked: Asked, around: Surroundings, *, is_right_type: bool) -> float:
    """0 to 1: the share of what is asked that stands around a possible answer, less what must not be missing."""
    said = around.here | (asked.type_terms if is_right_type else frozenset())
    share = 0.0
    for term, weight in asked.weights.items():
        if term in said:
            share += weight
        elif term in around.near:
            share += weight * NEAR_CREDIT
        elif term in around.page:
            share += weight * PAGE_CREDIT
    for term in asked.essential - said - around.near:
        if term in asked.operations:
            share *= _MISSED_OPERATION
        else:
            share *= _FAR_NAME if term in around.page else _MISSED_NAME
    return share if is_right_type else share * _WRONG_TYPE


def precision(label: Iterable[str], asked: Asked) -> float:
    """The share of a label's terms that the question asks for; 1 for a label without terms."""
    found = set(label) - asked.type_terms
    return len(found & asked.weights.keys()) / len(found) if found else 1.0
