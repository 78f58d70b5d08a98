"""Whether a table that goes on over a page's end repeats its heading as it was."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from docai.checks.cell_grid import place
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.parses import Block
from docai.domain.tables import Cell, CellRole, Table

_SAME_HEADING = 70.0
"""Least similarity in percent (rapidfuzz's ratio) at which two headings are meant to be one."""


def check_joined(upper: Block, lower: Block, index: int) -> list[Check]:
    """What came of comparing the headings of a table's two parts; nothing where the second part has none.

    Args:
        upper: the table that ends a page.
        lower: the table of as many columns that begins the next page, in the same place across.
        index: of `lower` on its page, of which the check is.
    """
    if upper.table is None or lower.table is None or upper.table.n_cols != lower.table.n_cols:
        return []
    first, again = _heading(upper.table), _heading(lower.table)
    if not first or not again:
        return []
    said, repeated = _plain(first), _plain(again)
    if said == repeated:
        return [_check(index, CheckResult.PASSED, "The heading is that of the page before.", ())]
    if fuzz.ratio(" ".join(said.values()), " ".join(repeated.values())) < _SAME_HEADING:
        return []
    changed = [cell for cell in again if said.get((cell.row, cell.col)) != repeated[cell.row, cell.col]]
    if said.keys() != repeated.keys():
        message = "The heading is that of the page before, in other cells."
        return [_check(index, CheckResult.FAILED, message, changed)]
    message = f"{len(changed)} cells of the heading differ from that of the page before."
    return [_check(index, CheckResult.FAILED, message, changed)]


def _heading(table: Table) -> list[Cell]:
    """The cells of the rows at the top in which column headers stand."""
    n_rows = 0
    while n_rows < table.n_rows and any(
        cell.role is CellRole.COLUMN_HEADER and cell.row <= n_rows < cell.row + cell.row_span for cell in table.cells
    ):
        n_rows += 1
    return [cell for cell in table.cells if cell.row < n_rows]


def _plain(cells: Sequence[Cell]) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.col): " ".join(cell.text.split()).casefold() for cell in cells}


def _check(index: int, result: CheckResult, message: str, cells: Sequence[Cell]) -> Check:
    return Check(
        name=CheckName.REPEATED_HEADER,
        result=result,
        message=message,
        block=index,
        cells=tuple(place(cell) for cell in cells),
    )
