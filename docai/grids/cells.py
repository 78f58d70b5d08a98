"""Cells of a table: which grid positions hold one cell, and which words stand in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from docai.domain.geometry import PointBox
from docai.grids.headings import headings
from docai.grids.lattice import Walls
from docai.grids.lines import is_value, runs, text_lines
from docai.grids.marks import Clues, Mark

LOOSE = 1.4
"""How many times the usual space may lie between two words of a run that crosses a column boundary."""
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

    def slot_at(self, row: int, col: int) -> Slot:
        """The cell that covers a position of the grid."""
        return next(s for s in self.slots if s.row <= row < s.row + s.row_span and s.col <= col < s.col + s.col_span)

    def region_of(self, slot: Slot) -> PointBox:
        """Where a cell stands; points."""
        return PointBox(
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
    walls = Walls(clues, ys, xs)
    spanned = _spanned(held, xs, walls)
    headed = [(r, r, a, b) for r, a, b in headings(held, _texts(held, spanned), clues, ys, xs)]
    spanned += headed
    texts = _texts(held, spanned)
    blocks = _tiled([*spanned, *_enclosed(texts, walls)], texts)
    slots = []
    for top, bottom, left, right in blocks:
        marks = [m for row in held[top : bottom + 1] for cell in row[left : right + 1] for m in cell]
        slots.append(Slot(top, left, bottom - top + 1, right - left + 1, reading_order(marks)))
    grid = Grid(ys, xs, slots)
    for mark in clues.ornaments:
        grid.slot_at(_band(mark.cy, ys), _band(mark.cx, xs)).marks.append(mark)
    return grid


def reading_order(marks: Sequence[Mark]) -> list[Mark]:
    """Words line by line; upright ones follow."""
    lines = text_lines(marks)
    placed = {m.word_id for line in lines for m in line}
    return [m for line in lines for m in line] + [m for m in marks if m.word_id not in placed]


def _band(at: float, edges: Sequence[float]) -> int:
    return min(max(bisect_right(edges, at) - 1, 0), len(edges) - 2)


def _tiled(blocks: Iterable[Block], texts: Sequence[Sequence[int]]) -> list[Block]:
    """Blocks that share positions made one, and every other position a block of its own; row-major.

    A block that would make one cell of texts that stood apart is passed over.
    """
    apart: list[Block] = []
    for block in blocks:
        merged, joined = block, [block]
        while touching := [b for b in apart if b not in joined and _overlap(b, merged)]:
            joined += touching
            tops, bottoms, lefts, rights = zip(*joined, strict=True)
            merged = (min(tops), max(bottoms), min(lefts), max(rights))
        if _n_texts(merged, texts) <= max(1, *(_n_texts(b, texts) for b in joined)):
            apart = [b for b in apart if b not in joined] + [merged]
    taken = {(r, c) for t, b, le, ri in apart for r in range(t, b + 1) for c in range(le, ri + 1)}
    single = [(r, r, c, c) for r, row in enumerate(texts) for c in range(len(row)) if (r, c) not in taken]
    return sorted(apart + single, key=lambda b: (b[0], b[2]))


def _n_texts(block: Block, texts: Sequence[Sequence[int]]) -> int:
    top, bottom, left, right = block
    return len({n for row in texts[top : bottom + 1] for n in row[left : right + 1] if n})


def _overlap(a: Block, b: Block) -> bool:
    return a[0] <= b[1] and b[0] <= a[1] and a[2] <= b[3] and b[2] <= a[3]


def _enclosed(texts: Sequence[Sequence[int]], walls: Walls) -> list[Block]:
    """Cells that rules draw over several positions."""
    rows = [(r, r, a, b) for r, row in enumerate(texts) for a, b in walls.open_columns(r, row)]
    cols = [(a, b, c, c) for c, col in enumerate(zip(*texts, strict=True)) for a, b in walls.open_rows(c, col)]
    return rows + cols


def _texts(held: Sequence[Sequence[Sequence[Mark]]], spanned: Sequence[Block]) -> list[list[int]]:
    """A number for the text in each position, the same where one crosses over; 0 for none."""
    width = len(held[0])
    texts = [[r * width + c + 1 if cell else 0 for c, cell in enumerate(row)] for r, row in enumerate(held)]
    for row, _, left, right in spanned:
        texts[row][left : right + 1] = [row * width + left + 1] * (right - left + 1)
    return texts


def _spanned(held: Sequence[Sequence[Sequence[Mark]]], xs: Sequence[float], walls: Walls) -> list[Block]:
    """Cells whose text crosses column boundaries that no rule closes."""
    space = _usual_space([m for row in held for cell in row for m in cell])
    found: list[Block] = []
    for number, row in enumerate(held):
        marks = [m for cell in row for m in cell]
        joined = _crossed_by_runs(marks, xs, space) | _crossed_by_words(marks, xs)
        starts = [c for c in range(len(xs)) if c not in joined or walls.left[number][c]]
        found += [(number, number, a, b - 1) for a, b in pairwise(starts) if b - a > 1]
    return found


def _usual_space(marks: Sequence[Mark]) -> float:
    """Median space between words of a run, as a share of their height."""
    spaces = [
        (b.x0 - a.x1) / max(a.height, b.height)
        for line in text_lines(marks)
        for run in runs(line)
        for a, b in pairwise(run)
        if b.x0 > a.x1
    ]
    return median(spaces) if spaces else 0.25


def _crossed_by_runs(marks: Sequence[Mark], xs: Sequence[float], space: float) -> set[int]:
    """Column boundaries (1 to columns - 1) that fall into a usual space between two words of one run."""
    joined: set[int] = set()
    for line in text_lines(marks):
        for run in runs(line):
            spaces = [b.x0 - a.x1 for a, b in pairwise(run)]
            for i, (a, b) in enumerate(pairwise(run)):
                first, last = _band(a.cx, xs), _band(b.cx, xs)
                widest = max(LOOSE * space * max(a.height, b.height), *spaces[:i], *spaces[i + 1 :], 0.0)
                if first != last and spaces[i] <= widest and not (is_value(a.text) and is_value(b.text)):
                    joined.update(range(first + 1, last + 1))
    return joined


def _crossed_by_words(marks: Sequence[Mark], xs: Sequence[float]) -> set[int]:
    """Column boundaries that a single word reaches over into a position without words of its own."""
    joined: set[int] = set()
    held = {_band(m.cx, xs) for m in marks}
    for mark in marks:
        home, overhang = _band(mark.cx, xs), OVERHANG * mark.height
        for col in range(1, len(xs) - 1):
            other = col if col > home else col - 1
            if mark.x0 + overhang < xs[col] < mark.x1 - overhang and (other == home or other not in held):
                joined.add(col)
    return joined
