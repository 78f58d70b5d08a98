"""Tables with a row or column more or less, or cells joined; spans follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docai.domain.tables import Cell, Table
from docai.evaluation.fault_injection.faults import Place


def transposed(table: Table) -> Table:
    """Rows for columns."""
    cells = (
        cell.model_copy(update={"row": cell.col, "col": cell.row, "row_span": cell.col_span, "col_span": cell.row_span})
        for cell in table.cells
    )
    return _table(table, table.n_cols, table.n_rows, cells)


def own_cells(table: Table, row: int) -> list[Cell]:
    """Cells of one row alone."""
    return [cell for cell in table.cells if cell.row == row and cell.row_span == 1]


def without_row(table: Table, row: int) -> Table:
    """Without a row and the cells that are its alone."""
    kept = []
    for cell in table.cells:
        end = cell.row + cell.row_span
        if cell.row <= row < end:
            if cell.row_span == 1:
                continue
            kept.append(cell.model_copy(update={"row_span": cell.row_span - 1}))
        else:
            kept.append(cell.model_copy(update={"row": cell.row - 1}) if cell.row > row else cell)
    return _table(table, table.n_rows - 1, table.n_cols, kept)


def with_row(table: Table, row: int, texts: Mapping[int, str]) -> tuple[Table, set[Place]]:
    """With a new row before another, its texts by column; gives the table, and the new cells that hold text.

    Cells that reach over the place become one row longer, and take the columns that they cover.
    """
    kept, covered = [], set()
    for cell in table.cells:
        if cell.row < row < cell.row + cell.row_span:
            kept.append(cell.model_copy(update={"row_span": cell.row_span + 1}))
            covered |= set(range(cell.col, cell.col + cell.col_span))
        else:
            kept.append(cell.model_copy(update={"row": cell.row + 1}) if cell.row >= row else cell)
    new = [Cell(row=row, col=c, text=texts.get(c, "")) for c in range(table.n_cols) if c not in covered]
    made = _table(table, table.n_rows + 1, table.n_cols, [*kept, *new])
    return made, {(cell.row, cell.col) for cell in new if cell.text.strip()}


def with_texts(table: Table, texts: Mapping[Place, str]) -> Table:
    """With other texts in some cells."""
    cells = (
        cell.model_copy(update={"text": texts[(cell.row, cell.col)]}) if (cell.row, cell.col) in texts else cell
        for cell in table.cells
    )
    return _table(table, table.n_rows, table.n_cols, cells)


def merged(table: Table, left: Cell, right: Cell) -> Table:
    """With two neighbours of a row as one cell."""
    text = f"{left.text} {right.text}"
    joined = left.model_copy(update={"text": text, "col_span": left.col_span + right.col_span})
    gone = {(left.row, left.col), (right.row, right.col)}
    others = (cell for cell in table.cells if (cell.row, cell.col) not in gone)
    return _table(table, table.n_rows, table.n_cols, [*others, joined])


def _table(table: Table, n_rows: int, n_cols: int, cells: Iterable[Cell]) -> Table:
    """Made anew, so that the grid is checked."""
    in_order = sorted(cells, key=lambda cell: (cell.row, cell.col))
    return Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(in_order), caption=table.caption, engine=table.engine)
