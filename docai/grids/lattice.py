"""Rules as walls: where a table is ruled, rules say which rows and columns there are and which cells span them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from docai.grids.marks import Clues, Rule
from docai.grids.rules import share

NEAR = 3.0
"""A rule this near to a boundary, in points, draws it; the two strokes of a double rule are as near."""
WALL = 0.6
"""Share of a cell's side that rules have to cover to close it."""


def levels(rules: Iterable[Rule], low: float, high: float) -> list[float]:
    """Positions of rules strictly between `low` and `high`, those of double rules taken together."""
    found: list[list[float]] = []
    for at in sorted(r.at for r in rules if low + NEAR < r.at < high - NEAR):
        if found and at - found[-1][-1] <= NEAR:
            found[-1].append(at)
        else:
            found.append([at])
    return [sum(group) / len(group) for group in found]


def covered(rules: Sequence[Rule], at: float, low: float, high: float) -> float:
    """Share of the stretch from `low` to `high` along the line at `at` that is ruled."""
    return share((r for r in rules if abs(r.at - at) <= NEAR), low, high)


def is_crossed(clues: Clues) -> bool:
    """Whether rules cut the table through in both directions, as where they draw its cells."""
    region = clues.region
    xs = levels(clues.down, region.x0, region.x1)
    ys = levels(clues.across, region.y0, region.y1)
    through = [x for x in xs if covered(clues.down, x, region.y0, region.y1) >= WALL]
    beams = [y for y in ys if covered(clues.across, y, region.x0, region.x1) >= WALL]
    return bool(through) and bool(beams)


class Walls:
    """Which sides of the positions of a grid are ruled, and which boundaries rules draw at all."""

    def __init__(self, clues: Clues, ys: Sequence[float], xs: Sequence[float]) -> None:
        rows, cols = list(pairwise(ys)), list(pairwise(xs))
        self._left = [[_closed(clues.down, x, row) for x in xs] for row in rows]
        self._above = [[_closed(clues.across, y, col) for col in cols] for y in ys]
        self._drawn_x = [2 * sum(walls) >= len(rows) for walls in zip(*self._left, strict=True)]
        self._drawn_y = [2 * sum(walls) >= len(cols) for walls in self._above]

    def parts_columns(self, row: int, col: int) -> bool:
        """Whether a rule stands at the left of a position."""
        return self._left[row][col]

    def parts_rows(self, row: int, col: int) -> bool:
        """Whether a rule lies at the top of a position."""
        return self._above[row][col]

    def opens_columns(self, row: int, col: int) -> bool:
        """Whether the boundary at the left of a position is drawn in most rows, but not in this one."""
        return self._drawn_x[col] and not self._left[row][col]

    def opens_rows(self, row: int, col: int) -> bool:
        """Whether the boundary above a position is drawn over most columns, but not over this one."""
        return self._drawn_y[row] and not self._above[row][col]


def _closed(rules: Sequence[Rule], at: float, stretch: tuple[float, float]) -> bool:
    return covered(rules, at, *stretch) >= WALL
