"""Cells of a table: which grid positions hold one cell, and which words stand in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from docai.grids.lines import is_value, runs, text_lines
from docai.grids.marks import Clues, Mark, Region

TIGHT = 0.4
"""Widest space, as a share of the word's height, across which a run may cross a column boundary."""
OVERHANG = 0.5
"""How far a single word has to reach into the next column, as a share of its height, to span it."""


@dataclass(slots=True)
class Slot:
    """A cell before it has a role: grid position, extent and words in reading order."""

    row: int
    col: int
    row_span: int
    col_span: int
    marks: list[Mark]

    @property
    def text(self) -> str:
        """The words, joined with spaces."""
        return " ".join(m.text for m in self.marks)


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
    rows: list[list[Mark]] = [[] for _ in ys[1:]]
    for mark in clues.marks:
        rows[_band(mark.cy, ys)].append(mark)
    slots = [slot for number, marks in enumerate(rows) for slot in _row(number, marks, xs)]
    return Grid(ys, xs, slots)


def reading_order(marks: Sequence[Mark]) -> list[Mark]:
    """Words line by line; upright ones follow."""
    lines = text_lines(marks)
    placed = {m.word_id for line in lines for m in line}
    return [m for line in lines for m in line] + [m for m in marks if m.word_id not in placed]


def _band(at: float, edges: Sequence[float]) -> int:
    return min(max(bisect_right(edges, at) - 1, 0), len(edges) - 2)


def _row(number: int, marks: Sequence[Mark], xs: Sequence[float]) -> list[Slot]:
    columns: list[list[Mark]] = [[] for _ in xs[1:]]
    for mark in marks:
        columns[_band(mark.cx, xs)].append(mark)
    joined = _joined_boundaries(marks, xs)
    slots: list[Slot] = []
    for col, held in enumerate(columns):
        if col and col in joined:
            slots[-1].col_span += 1
            slots[-1].marks.extend(held)
        else:
            slots.append(Slot(number, col, 1, 1, list(held)))
    for slot in slots:
        slot.marks = reading_order(slot.marks)
    return slots


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
