"""Rules as walls: where a table is ruled, rules say which rows and columns there are and which cells span them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from docai.grids.marks import Clues, Rule
from docai.grids.rules import share

NEAR = 3.0
"""A rule this near to a boundary, in points, draws it; the two strokes of a double rule are as near."""
BORDER = 8.0
"""The same for the table's outer edge, which a region ends short of: the model's regions hold words, not rules."""
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


def covered(rules: Sequence[Rule], at: float, low: float, high: float, *, near: float = NEAR) -> float:
    """Share of the stretch from `low` to `high` along the line at `at` that rules within `near` of it cover."""
    return share((r for r in rules if abs(r.at - at) <= near), low, high)


def is_crossed(clues: Clues) -> bool:
    """Whether rules cut the table through in both directions, as where they draw its cells."""
    region = clues.region
    xs = levels(clues.down, region.x0, region.x1)
    ys = levels(clues.across, region.y0, region.y1)
    through = [x for x in xs if covered(clues.down, x, region.y0, region.y1) >= WALL]
    beams = [y for y in ys if covered(clues.across, y, region.x0, region.x1) >= WALL]
    return bool(through) and bool(beams)


class Walls:
    """Which sides of the positions of a grid are ruled, and which positions rules leave open to one another."""

    def __init__(self, clues: Clues, ys: Sequence[float], xs: Sequence[float]) -> None:
        rows, cols = list(pairwise(ys)), list(pairwise(xs))
        self.left = [[_closed(clues.down, x, row, xs) for x in xs] for row in rows]
        """Per row, whether a rule stands at each column boundary."""
        self.above = [[_closed(clues.across, y, col, ys) for y in ys] for col in cols]
        """Per column, whether a rule lies at each row boundary."""

    def open_columns(self, row: int, held: Sequence[int]) -> list[tuple[int, int]]:
        """Runs of positions of a row, first to last, that rules enclose as one cell.

        Args:
            row: which row.
            held: per position, which text stands in it: 0 for none, the same number where a text crosses over.
        """
        return [run for run in _open(self.left, row) if _texts(held, run) <= 1]

    def open_rows(self, col: int, held: Sequence[int]) -> list[tuple[int, int]]:
        """Runs of positions of a column, first to last, that rules enclose as one cell.

        Lines of one text may stand in several of them, if rules close it above and below and it is short.
        """
        walls, short = self.above[col], len(held) // 2
        return [
            (first, last)
            for first, last in _open(self.above, col)
            if _texts(held, (first, last)) <= 1 or (walls[first] and walls[last + 1] and last - first < short)
        ]


def _texts(held: Sequence[int], run: tuple[int, int]) -> int:
    return len({number for number in held[run[0] : run[1] + 1] if number})


def _open(walls: Sequence[Sequence[bool]], number: int) -> list[tuple[int, int]]:
    """Neighbours without a wall between them where others have one, if walls or the table's edge shut them in."""
    own = walls[number]
    last = len(own) - 1
    drawn = [any(line[i] for line in walls) for i in range(last + 1)]
    edges = [0, *(i for i in range(1, last) if own[i] or not drawn[i]), last]
    shut = {0, last, *(i for i in edges if own[i])}
    return [(a, b - 1) for a, b in pairwise(edges) if b - a > 1 and a in shut and b in shut]


def _closed(rules: Sequence[Rule], at: float, stretch: tuple[float, float], edges: Sequence[float]) -> bool:
    near = BORDER if at in (edges[0], edges[-1]) else NEAR
    return covered(rules, at, *stretch, near=near) >= WALL
