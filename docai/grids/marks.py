"""Words, rules and line guesses of one table, in points: what a grid is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


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


class Region(NamedTuple):
    """A rectangle; points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Extent across."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent down."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Square points."""
        return max(0.0, self.width) * max(0.0, self.height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside or on the edge."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def shared(self, other: Region) -> float:
        """Area in common with another rectangle."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return width * height if width > 0 and height > 0 else 0.0

    def joined(self, other: Region) -> Region:
        """The smallest rectangle that holds both."""
        return Region(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


@dataclass(frozen=True, slots=True)
class Clues:
    """Everything known of one table before its rows and columns are."""

    region: Region
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
