"""A table as comma-separated values that no spreadsheet will run."""

from __future__ import annotations

import csv
import re
from io import StringIO

from docai.domain.tables import CellRole, Table, positions

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula (OWASP, CSV injection)."""
_NUMBER = re.compile(r"[+-]?\s*[$€£¥]?\s*[.,]?\d[\d.,'\s]*%?\)?|-")
"""Also the lone dash that stands for nothing."""
_REPEATED = frozenset({CellRole.COLUMN_HEADER, CellRole.ROW_HEADER})


def table_csv(table: Table) -> str:
    """The grid, row by row, with CRLF line ends (RFC 4180).

    A merged header stands in every place it covers, so that each row and column can be told apart; any other merged
    cell stands in its first place only, so that nothing is counted twice. Text that a spreadsheet would take for a
    formula gets an apostrophe in front; numbers do not.
    """
    grid = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        for row, col in positions(cell) if cell.role in _REPEATED else [(cell.row, cell.col)]:
            grid[row][col] = _harmless(cell.text)
    text = StringIO()
    csv.writer(text).writerows(grid)
    return text.getvalue()


def _harmless(text: str) -> str:
    is_formula = text.startswith(_FORMULA_START) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text
