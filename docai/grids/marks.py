"""Words, rules and line guesses of one table, in points: what a grid is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from docai.domain.geometry import PointBox


class Mark(NamedTuple):
    """A word on the page; points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    line: int
    """Words that their witness put into one line share this number."""
    word_id: int
    """Index into the page's words."""

    @property
    def height(self) -> float:
        """Height of the word's box."""
        return self.y1 - self.y0

    @property
    def cx(self) -> float:
        """Middle, across."""
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        """Middle, down."""
        return (self.y0 + self.y1) / 2


class Rule(NamedTuple):
    """A straight stroke along one axis: drawn at `at` of the other axis, from `start` to `end`."""

    at: float
    start: float
    end: float


class Guess(NamedTuple):
    """A grid line that an independent reader of the picture suggests, with its probability."""

    at: float
    probability: float


@dataclass(frozen=True, slots=True)
class Clues:
    """Everything known of one table before its rows and columns are."""

    region: PointBox
    marks: tuple[Mark, ...]
    ornaments: tuple[Mark, ...] = ()
    """Words that stand for rules: they say nothing of rows and columns beyond that, but belong to a cell."""
    across: tuple[Rule, ...] = ()
    """Horizontal rules: `at` is y."""
    down: tuple[Rule, ...] = ()
    """Vertical rules: `at` is x."""
    row_guesses: tuple[Guess, ...] = ()
    """Suggested row boundaries, y."""
    col_guesses: tuple[Guess, ...] = ()
    """Suggested column boundaries, x."""
