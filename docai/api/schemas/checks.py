"""Checks, and places of values, on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.flags import ValuePlace

_Index = Annotated[int, Field(ge=0, le=1_000_000)]


class CellPlaceOut(WireModel):
    """A cell of a table: the row and column in which it begins, from 0."""

    row: _Index
    col: _Index


class PlaceOut(WireModel):
    """Which value of a page: a block, or a cell or chart value in it."""

    block: _Index = Field(description="Index into the page's `blocks`, from 0.")
    cell: CellPlaceOut | None = Field(default=None, description="For a value of a table.")
    point: tuple[_Index, _Index] | None = Field(
        default=None, description="For a value of a chart: index of the series, and of the point in it, from 0."
    )

    @classmethod
    def of(cls, place: ValuePlace | None) -> Self | None:
        """From the domain."""
        if place is None:
            return None
        cell = None if place.cell is None else CellPlaceOut(row=place.cell.row, col=place.cell.col)
        return cls(block=place.block, cell=cell, point=place.point)

    def to_place(self) -> ValuePlace:
        """For the domain."""
        cell = None if self.cell is None else CellPlace(row=self.cell.row, col=self.cell.col)
        return ValuePlace(block=self.block, cell=cell, point=self.point)


class CheckOut(WireModel):
    """One check of one thing."""

    name: CheckName
    result: CheckResult
    message: str = Field(description="For a person: what was compared, with figures.")
    block: int | None = Field(description="Index into the page's `blocks`; null: it is of the whole page.")
    cells: list[CellPlaceOut] = Field(description="The cells it is about, those in doubt where it failed.")
    points: list[tuple[int, int]] = Field(description="The chart values it is about: index of series and of point.")
    boxes: list[BoxOut] = Field(description="Where to look.")

    @classmethod
    def of(cls, check: Check) -> Self:
        """From the domain."""
        return cls(
            name=check.name,
            result=check.result,
            message=check.message,
            block=check.block,
            cells=[CellPlaceOut(row=cell.row, col=cell.col) for cell in check.cells],
            points=list(check.points),
            boxes=[box_out(box) for box in check.boxes],
        )
