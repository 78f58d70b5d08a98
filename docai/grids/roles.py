"""What each cell of a table is for: column header, row header, section label or data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.tables import CellRole
from docai.grids.cells import Grid, Slot

MOSTLY = 0.6
"""Share of a column's filled cells that have to be figures for it to be a column of figures."""
_PERIOD = re.compile(r"\(?(19|20)\d\d\s?([-/\u2013]\s?\d{2,4})?\)?\W?|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
"""A year, a span of years or a date, which heads columns of figures as often as it stands in them."""


def roles(grid: Grid) -> list[CellRole]:
    """One role for each of the grid's slots, in their order."""
    depth = header_depth(grid)
    labelled = not _of_figures(grid, depth, 0) and len(grid.xs) > 2
    return [_role(grid, slot, depth, labelled=labelled) for slot in grid.slots]


def header_depth(grid: Grid) -> int:
    """How many rows at the top head the columns: those above the first row of figures, at least where text heads text.

    In a table without columns of figures it is the first row that fills more than one column.
    """
    n_rows, n_cols = len(grid.ys) - 1, len(grid.xs) - 1
    if n_rows < 2:
        return 0
    figures = [c for c in range(n_cols) if _of_figures(grid, 1, c)]
    seen_head = False
    for row in range(n_rows):
        texts = [(s.col, text) for s in _starting(grid, row) if (text := _text(s))]
        if len(texts) > 1 and not figures:
            return min(row + 1, n_rows - 1)
        values = [text for col, text in texts if col in figures and is_figure(text)]
        heads = sum(_PERIOD.fullmatch(text) is not None for text in values)
        alone = len(texts) == 1 and seen_head
        if alone or (values and heads < len(values)) or (heads and _is_of_periods(grid, row + 1)):
            worded = sum(not is_figure(text) for col, text in texts if col)
            return max(row, 1) if 2 * worded > len(values) else row
        seen_head = seen_head or len(texts) > 1
    return min(1, n_rows - 1)


def is_figure(text: str) -> bool:
    """Whether a cell's text is a number, an amount or a sign in its place, and not a label."""
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    return digits > letters or not letters


def _is_of_periods(grid: Grid, row: int) -> bool:
    """Whether all that stands in a row beside its label is years and dates."""
    texts = [_text(s) for s in _starting(grid, row) if s.col and s.marks]
    return bool(texts) and all(_PERIOD.fullmatch(text) for text in texts)


def _role(grid: Grid, slot: Slot, depth: int, *, labelled: bool) -> CellRole:
    if slot.row < depth:
        return CellRole.COLUMN_HEADER
    if _stands_alone(grid, slot) and slot.row < len(grid.ys) - 2 and not is_figure(_text(slot)):
        return CellRole.SECTION
    return CellRole.ROW_HEADER if slot.col == 0 and labelled and slot.marks else CellRole.DATA


def _stands_alone(grid: Grid, slot: Slot) -> bool:
    """Whether a cell of one row is the only one there that holds words."""
    filled = [s for s in _starting(grid, slot.row) if s.marks]
    return len(grid.xs) > 2 and slot.row_span == 1 and filled == [slot]


def _of_figures(grid: Grid, first: int, col: int) -> bool:
    texts = [text for s in grid.slots if s.col == col and s.row >= first and s.col_span == 1 and (text := _text(s))]
    return bool(texts) and sum(is_figure(t) for t in texts) >= MOSTLY * len(texts)


def _starting(grid: Grid, row: int) -> Sequence[Slot]:
    return [s for s in grid.slots if s.row == row]


def _text(slot: Slot) -> str:
    return " ".join(m.text for m in slot.marks)
