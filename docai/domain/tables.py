"""Table and Cell, with spans; a grid that does not tile is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from docai.domain.evidence import Evidence
from docai.domain.geometry import Box


class CellRole(StrEnum):
    """What a cell is for."""

    DATA = "data"
    COLUMN_HEADER = "column_header"
    ROW_HEADER = "row_header"
    SECTION = "section"
    """A label over the rows below it, spanning the table."""


class Cell(BaseModel):
    """One cell; rows and columns count from 0."""

    model_config = ConfigDict(frozen=True)

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    text: str = ""
    role: CellRole = CellRole.DATA
    box: Box | None = None
    word_ids: tuple[int, ...] = ()
    """Indices into the page's words, in reading order."""
    evidence: Evidence | None = None
    """Set by grounding."""


class Table(BaseModel):
    """A grid in which every position belongs to exactly one cell, cells in row-major order.

    Raises:
        ValueError: when cells overlap, leave a gap, or reach beyond the grid.
    """

    model_config = ConfigDict(frozen=True)

    n_rows: int
    n_cols: int
    cells: tuple[Cell, ...]
    caption: str | None = None
    engine: str = ""
    """Name and version of what found the grid."""

    @model_validator(mode="after")
    def _tiles(self) -> Self:
        taken: set[tuple[int, int]] = set()
        for cell in self.cells:
            if cell.row_span < 1 or cell.col_span < 1:
                raise ValueError(f"a cell at row {cell.row}, column {cell.col} has no extent")
            for position in positions(cell):
                if position in taken:
                    raise ValueError(f"two cells at row {position[0]}, column {position[1]}")
                taken.add(position)
        if taken != {(r, c) for r in range(self.n_rows) for c in range(self.n_cols)}:
            raise ValueError(f"the cells do not tile a grid of {self.n_rows} rows and {self.n_cols} columns")
        return self

    def at(self, row: int, col: int) -> Cell:
        """The cell that covers a position.

        Raises:
            KeyError: when the position lies outside the grid.
        """
        for cell in self.cells:
            if cell.row <= row < cell.row + cell.row_span and cell.col <= col < cell.col + cell.col_span:
                return cell
        raise KeyError((row, col))


def positions(cell: Cell) -> list[tuple[int, int]]:
    """The grid positions a cell covers, row by row."""
    rows = range(cell.row, cell.row + cell.row_span)
    return [(r, c) for r in rows for c in range(cell.col, cell.col + cell.col_span)]
