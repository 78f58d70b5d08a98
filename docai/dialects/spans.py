"""Tables from rows of cells that say how far they span, and back; what does not tile a rectangle is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docai.dialects.draft import Draft
from docai.dialects.limits import MAX_CELLS
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table, positions


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell before it has a place."""

    text: str
    role: CellRole = CellRole.DATA
    row_span: int = 1
    col_span: int = 1


def grid_of(rows: Sequence[Sequence[Piece]], *, caption: str | None = None) -> Table:
    """Each row's cells in the first free places from the left, as browsers do it (HTML Living Standard, 4.9.12.1).

    A cell that reaches below the last row ends there, as the standard has it.

    Raises:
        ValueError: cells overlap, a row is longer or shorter than the others, or there are none or too many.
    """
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        col = 0
        for piece in row:
            while (number, col) in taken:
                col += 1
            height = min(piece.row_span, len(rows) - number)
            _check_extent(height, piece.col_span, len(taken))
            cell = Cell(row=number, col=col, row_span=height, col_span=piece.col_span, text=piece.text, role=piece.role)
            new = positions(cell)
            if not taken.isdisjoint(new):
                raise ValueError(f"two cells stand at the same place in row {number + 1}")
            taken.update(new)
            cells.append(cell)
            col += piece.col_span
    n_cols = max((col + 1 for _, col in taken), default=0)
    if not taken:
        raise ValueError("there are no cells")
    widths = [0] * len(rows)
    for row_of, _ in taken:
        widths[row_of] += 1
    for number, width in enumerate(widths):
        if width != n_cols:
            raise ValueError(f"row {number + 1} has {width} of {n_cols} columns")
    return Table(n_rows=len(rows), n_cols=n_cols, cells=tuple(cells), caption=caption or None)


def rows_of(table: Table) -> list[list[Cell]]:
    """The cells that begin in each row, from left to right."""
    rows: list[list[Cell]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    return [sorted(row, key=lambda cell: cell.col) for row in rows]


def table_text(table: Table) -> str:
    """The cells row by row, tab-separated; a merged cell's text stands in its first place."""
    grid = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        grid[cell.row][cell.col] = cell.text
    return _tabbed(grid)


def table_block(
    rows: Sequence[Sequence[Piece]],
    draft: Draft,
    *,
    box: Box | None = None,
    caption: str | None = None,
    raw: str = "",
) -> ReadBlock:
    """A table, or its text alone where the cells do not tile a rectangle; the draft then tells why.

    Args:
        rows: The cells, row by row.
        draft: Where problems are told.
        box: Where the table stands.
        caption: Its caption.
        raw: Text to keep where there are no cells at all.
    """
    try:
        table = grid_of(rows, caption=caption)
    except ValueError as error:
        draft.note(f"a table is kept as text: {error}")
        text = _tabbed([p.text for p in row] for row in rows) if any(rows) else raw
        return ReadBlock(kind=BlockKind.TABLE, text=f"{caption}\n{text}" if caption else text, box=box)
    return ReadBlock(kind=BlockKind.TABLE, text=table_text(table), box=box, table=table)


def _check_extent(height: int, width: int, n_taken: int) -> None:
    if height < 1 or width < 1:
        raise ValueError("a cell has no extent")
    if n_taken + height * width > MAX_CELLS:
        raise ValueError(f"there are more than {MAX_CELLS} cells")


def _tabbed(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)
