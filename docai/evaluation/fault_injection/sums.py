"""Cells of a true table that are the sum of others, found by adding up: what a wrong total can be made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from docai.domain.tables import Cell, Table
from docai.evaluation.fault_injection.table_edits import own_cells
from docai.grounding.numbers import Quantity, quantity_of

_FEWEST = 2
"""Addends of a sum, and columns in which a row without a label must be one: with less it may be by chance."""
_LABEL = re.compile(r"\b(sub)?-?totals?\b|\bsum\b|\btotale?\b|\bsumme\b|\bgesamt\w*\b|\binsgesamt\b", re.IGNORECASE)


def totals_of(table: Table) -> list[Cell]:
    """Numbers that are the sum of those right above them, up to rounding, in rows called totals or of two such."""
    found = []
    for row in range(_FEWEST, table.n_rows):
        cells = own_cells(table, row)
        sums = [cell for cell in cells if _is_sum(table, cell)]
        if len(sums) >= _FEWEST or any(_LABEL.search(cell.text) for cell in cells):
            found += sums
    return found


def _is_sum(table: Table, cell: Cell) -> bool:
    total = quantity_of(cell.text)
    if total is None or not total.value:
        return False
    so_far, n = Fraction(0), 0
    for addend in _upwards(table, cell):
        so_far, n = so_far + addend.value, n + 1
        if n >= _FEWEST and abs(so_far - total.value) <= Fraction(1, 10**total.decimals) * bool(total.decimals):
            return True
    return False


def _upwards(table: Table, cell: Cell) -> Iterator[Quantity]:
    """Numbers of a cell's column, from right above it up to what is none."""
    column = {c.row: c for c in table.cells if c.col == cell.col and c.col_span == cell.col_span}
    for row in range(cell.row - 1, -1, -1):
        quantity = quantity_of(column[row].text) if row in column else None
        if quantity is None:
            return
        yield quantity
