"""Cells of a table: which grid positions hold one cell, and which words stand in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from docai.grids.lattice import Walls
from docai.grids.lines import is_value, runs, text_lines
from docai.grids.marks import Clues, Mark, Region

TIGHT = 0.4
"""Widest space, as a share of the word's height, across which a run may cross a column boundary."""
OVERHANG = 0.5
"""How far a single word has to reach into the next column, as a share of its height, to span it."""

Block = tuple[int, int, int, int]
"""Grid positions of one cell: first and last row, first and last column."""


@dataclass(slots=True)
class Slot:
    """A cell before it has a role: grid position, extent and words in reading order."""

    row: int
    col: int
    row_span: int
    col_span: int
    marks: list[Mark]


@dataclass(slots=True)
class Grid:
    """Rows and columns of a table, and its cells in row-major order."""

    ys: list[float]
    """Row boundaries, one more than rows; points."""
    xs: list[float]
    """Column boundaries, one more than columns; points."""
    slots: list[Slot]

    def region_of(self, slot: Slot) -> Region:
        """Where a cell stands; points."""
        return Region(
            self.xs[slot.col],
            self.ys[slot.row],
            self.xs[slot.col + slot.col_span],
            self.ys[slot.row + slot.row_span],
        )


def fill(clues: Clues, ys: list[float], xs: list[float]) -> Grid:
    """Cells of a grid with the given boundaries; every word stands in exactly one."""
    held: list[list[list[Mark]]] = [[[] for _ in xs[1:]] for _ in ys[1:]]
    for mark in clues.marks:
        held[_band(mark.cy, ys)][_band(mark.cx, xs)].append(mark)
    blocks = _tiled([*_spanned(held, xs), *_enclosed(held, Walls(clues, ys, xs))], len(ys) - 1, len(xs) - 1)
    slots = []
    for top, bottom, left, right in blocks:
        marks = [m for row in held[top : bottom + 1] for cell in row[left : right + 1] for m in cell]
        slots.append(Slot(top, left, bottom - top + 1, right - left + 1, reading_order(marks)))
    return Grid(ys, xs, slots)


def reading_order(marks: Sequence[Mark]) -> list[Mark]:
    """Words line by line; upright ones follow."""
    lines = text_lines(marks)
    placed = {m.word_id for line in lines for m in line}
    return [m for line in lines for m in line] + [m for m in marks if m.word_id not in placed]


def _band(at: float, edges: Sequence[float]) -> int:
    return min(max(bisect_right(edges, at) - 1, 0), len(edges) - 2)


def _tiled(blocks: Iterable[Block], n_rows: int, n_cols: int) -> list[Block]:
    """Blocks that share positions made one, and every other position a block of its own; row-major."""
    apart: list[Block] = []
    for block in blocks:
        merged = block
        while touching := [b for b in apart if _overlap(b, merged)]:
            apart = [b for b in apart if b not in touching]
            tops, bottoms, lefts, rights = zip(merged, *touching, strict=True)
            merged = (min(tops), max(bottoms), min(lefts), max(rights))
        apart.append(merged)
    taken = {(r, c) for t, b, le, ri in apart for r in range(t, b + 1) for c in range(le, ri + 1)}
    single = [(r, r, c, c) for r in range(n_rows) for c in range(n_cols) if (r, c) not in taken]
    return sorted(apart + single, key=lambda b: (b[0], b[2]))


def _overlap(a: Block, b: Block) -> bool:
    return a[0] <= b[1] and b[0] <= a[1] and a[2] <= b[3] and b[2] <= a[3]


def _enclosed(held: Sequence[Sequence[Sequence[Mark]]], walls: Walls) -> list[Block]:
    """Cells that rules draw over several positions."""
    rows = [(r, r, a, b) for r, row in enumerate(held) for a, b in walls.open_columns(r, [bool(c) for c in row])]
    columns = list(zip(*held, strict=True))
    cols = [(a, b, c, c) for c, col in enumerate(columns) for a, b in walls.open_rows(c, [bool(x) for x in col])]
    return rows + cols


def _spanned(held: Sequence[Sequence[Sequence[Mark]]], xs: Sequence[float]) -> list[Block]:
    """Cells whose text crosses column boundaries."""
    found: list[Block] = []
    for number, row in enumerate(held):
        joined = _joined_boundaries([m for cell in row for m in cell], xs)
        starts = [c for c in range(len(xs)) if c not in joined]
        found += [(number, number, a, b - 1) for a, b in pairwise(starts) if b - a > 1]
    return found


def _joined_boundaries(marks: Sequence[Mark], xs: Sequence[float]) -> set[int]:
    """Column boundaries (1 to columns - 1) that a run of words in this row crosses."""
    joined: set[int] = set()
    for line in text_lines(marks):
        for run in runs(line):
            spaces = [b.x0 - a.x1 for a, b in pairwise(run)]
            for i, (a, b) in enumerate(pairwise(run)):
                first, last = _band(a.cx, xs), _band(b.cx, xs)
                others = spaces[:i] + spaces[i + 1 :]
                limit = max(TIGHT * min(a.height, b.height), 1.25 * max(others, default=0.0))
                if first != last and spaces[i] <= limit and not (is_value(a.text) and is_value(b.text)):
                    joined.update(range(first + 1, last + 1))
    for mark in marks:
        home = _band(mark.cx, xs)
        for col in range(1, len(xs) - 1):
            overhang = OVERHANG * mark.height
            if mark.x0 + overhang < xs[col] < mark.x1 - overhang:
                other = col if col > home else col - 1
                if other == home or not any(_band(m.cx, xs) == other for m in marks):
                    joined.add(col)
    return joined
