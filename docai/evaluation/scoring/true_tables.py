"""The truth of pages with tables, as samples carry it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box, PageSize
from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.table_grids import tiled


class BoxUnit(StrEnum):
    """How boxes of a truth are given."""

    FRACTIONS = "fractions"
    """Of the page, origin at the top left."""
    POINTS = "points"
    """PDF points, origin at the bottom left; they can be compared where the predicted page tells its size."""


class TrueCell(BaseModel):
    """A cell of a truth; rows and columns count from 0."""

    model_config = ConfigDict(frozen=True)

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    text: str = ""
    box: tuple[float, float, float, float] | None = None
    """Left, one edge, right, the other edge, in the truth's unit."""


class TrueTable(BaseModel):
    """A table of a truth."""

    model_config = ConfigDict(frozen=True)

    pages: tuple[int, ...] = (1,)
    """1-based; several for a table that goes on."""
    readings: tuple[tuple[TrueCell, ...], ...]
    """Each a way to read the table that is right; blank cells may be missing."""
    html: str | None = None
    """As published, for TEDS of the published form."""

    def tables(self, unit: BoxUnit, size: PageSize | None) -> tuple[Table, ...]:
        """Each reading as a grid.

        Boxes in points are left out where the page has no size, and where they reach beyond it: those of a page that is
        shown turned are given as it was before.
        """
        boxes = [cell.box for reading in self.readings for cell in reading if cell.box is not None]
        if size is not None and any(b[2] > size.width_pt + 1 or b[3] > size.height_pt + 1 for b in boxes):
            size = None
        return tuple(tiled(_cell(cell, unit, size) for cell in reading) for reading in self.readings)


class PageTablesTruth(BaseModel):
    """The tables of a document, of which `PageTablesScorer` takes the measure."""

    model_config = ConfigDict(frozen=True)

    tables: tuple[TrueTable, ...]
    unit: BoxUnit = BoxUnit.FRACTIONS


def true_cells(cells: Iterable[Cell]) -> tuple[TrueCell, ...]:
    """Cells as a truth in fractions of the page has them."""
    return tuple(
        TrueCell(
            row=cell.row,
            col=cell.col,
            row_span=cell.row_span,
            col_span=cell.col_span,
            text=cell.text,
            box=(cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1) if cell.box else None,
        )
        for cell in cells
    )


def _cell(cell: TrueCell, unit: BoxUnit, size: PageSize | None) -> Cell:
    box = None
    if cell.box is not None and unit is BoxUnit.FRACTIONS:
        box = Box.clipped(*cell.box)
    elif cell.box is not None and size is not None:
        left, bottom, right, top = cell.box
        box = Box.from_points((left, size.height_pt - top, right, size.height_pt - bottom), size)
    return Cell(row=cell.row, col=cell.col, row_span=cell.row_span, col_span=cell.col_span, text=cell.text, box=box)
