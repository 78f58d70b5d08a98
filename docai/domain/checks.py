"""Check: something that a reading must satisfy, whether it does, and on what that rests."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box


class CheckName(StrEnum):
    """What is checked."""

    GRID_CLOSES = "grid_closes"
    """The cells that stand on the page fit the grid: as many rows and columns as the print has."""
    CELLS_IN_LINE = "cells_in_line"
    """Cells of a row overlap in y and cells of a column in x, and not the other way round."""
    NUMERIC_COLUMN = "numeric_column"
    """A column of numbers holds numbers."""
    TOTALS = "totals"
    """Totals and subtotals are what is added up, up to rounding."""
    PERCENTAGES = "percentages"
    """Shares of a whole sum to 100 %, up to rounding."""
    REPEATED_HEADER = "repeated_header"
    """A table that goes on over a page repeats the same header."""
    UNITS = "units"
    """Values of a column or row have one unit."""
    TICKS_FOUND = "ticks_found"
    """An axis' tick labels stand on the page, in a line."""
    AXIS_FIT = "axis_fit"
    """Positions of an axis' ticks give their values, linearly or logarithmically."""
    POINT_ON_AXIS = "point_on_axis"
    """A chart's value is where the chart draws it."""
    DRAWING_AGREES = "drawing_agrees"
    """A chart's value is what the PDF's own drawing commands say."""
    REPETITION = "repetition"
    """The text does not run in circles."""
    PROMPT_LEAK = "prompt_leak"
    """The text does not say what the model was told."""
    LANGUAGE = "language"
    """The text is in the script and language of the page's words."""
    BLANK_PAGE = "blank_page"
    """A page on which no witness reads anything says nothing."""
    READING_ORDER = "reading_order"
    """Blocks follow each other without jumping back and forth."""


class CheckResult(StrEnum):
    """What came of it."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    """It applies, and what is there does not suffice to tell."""


class CellPlace(BaseModel):
    """A cell of a table."""

    model_config = ConfigDict(frozen=True)

    row: int
    col: int


class Check(BaseModel):
    """One check of one thing. What does not apply is not told."""

    model_config = ConfigDict(frozen=True)

    name: CheckName
    result: CheckResult
    message: str
    """For a person: what was compared, with figures."""
    block: int | None = None
    """Index into the page's blocks; None: it is of the whole page."""
    cells: tuple[CellPlace, ...] = ()
    """The cells it is about, those in doubt where it failed."""
    points: tuple[tuple[int, int], ...] = ()
    """The chart values it is about, as index of series and of point."""
    boxes: tuple[Box, ...] = ()
    """Where to look."""
