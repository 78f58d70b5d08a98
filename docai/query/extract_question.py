"""A question taken apart: its weighted terms, those an answer cannot do without, and the type of answer wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docai.query.extract_types import AnswerType, type_terms, wanted_type
from docai.terms import terms

_INSTRUCTION = re.compile(
    r"(?:^|(?<=[.?!])\s*)(?:please|round|answer|write|directly|your answer|express|note that|do not|give (?:me|your)|"
    r"if (?:the|you)|define|assume|here)\b[^.?!]*(?:[.?!](?=\s|$)|$)",
    re.IGNORECASE,
)
_ASKING = frozenset(
    (
        "accord",
        "answer",
        "describ",
        "detail",
        "document",
        "exact",
        "follow",
        "give",
        "given",
        "includ",
        "inform",
        "list",
        "mention",
        "name",
        "page",
        "paper",
        "provid",
        "question",
        "refer",
        "report",
        "section",
        "show",
        "shown",
        "state",
        "tell",
        "text",
        "what",
        "call",
        "becam",
        "becom",
        "happen",
        "occur",
        "take",
        "took",
        "make",
        "made",
        "get",
        "got",
        "held",
        "main",
    )
)
"""Stems that speak about the asking, or are too light to tell one statement from another."""
_OPERATION = frozenset(
    (
        "averag",
        "chang",
        "compar",
        "differ",
        "differenc",
        "exceed",
        "growth",
        "highest",
        "increas",
        "largest",
        "lowest",
        "margin",
        "mean",
        "more",
        "ratio",
        "smallest",
        "sum",
        "turnov",
        "combin",
        "most",
        "least",
        "higher",
        "lower",
    )
)
"""Stems that ask for arithmetic or a comparison, unless the page itself uses the word."""
_FISCAL = re.compile(r"\bfy\s?['\u2019]?(?P<year>(?:19|20)?\d{2})\b", re.IGNORECASE)
_PROPER = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w\-]*")
_FIGURE = re.compile(r"\d")

Weigh = Callable[[list[str]], Mapping[str, float]]
"""Gives each term's weight in the corpus."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks."""

    text: str
    """The question without instructions for writing the answer down."""
    weights: Mapping[str, float]
    """Each term's share in what is asked; they sum to 1."""
    essential: frozenset[str]
    """Terms that pin the answer down: names, figures, and operations such as `difference`."""
    operations: frozenset[str]
    """Of these, the operations."""
    answer_type: AnswerType

    @property
    def type_terms(self) -> frozenset[str]:
        """Terms that an answer of the right type says by itself."""
        return type_terms(self.answer_type)


def take_apart(question: str, weigh: Weigh) -> Asked:
    """Find out what a question asks.

    Args:
        question: as it was asked.
        weigh: gives the corpus weight of each term; a term that stands nowhere weighs as one that stands once.
    """
    text = _INSTRUCTION.sub(" ", question).strip() or question
    text = _FISCAL.sub(lambda m: _full_year(m["year"]), text)
    found = list(dict.fromkeys(term for term in terms(text) if term not in _ASKING)) or list(dict.fromkeys(terms(text)))
    weights = weigh(found)
    total = sum(weights.values()) or 1.0
    proper = {term for match in _PROPER.finditer(text) for term in terms(match.group())}
    figures = {term for term in found if _FIGURE.search(term)}
    operations = frozenset(found) & _OPERATION
    return Asked(
        text=text,
        weights={term: weight / total for term, weight in weights.items()},
        essential=(frozenset(proper) | figures | operations) & frozenset(found),
        operations=operations,
        answer_type=wanted_type(text),
    )


def _full_year(digits: str) -> str:
    return digits if len(digits) == 4 else f"20{digits}"
