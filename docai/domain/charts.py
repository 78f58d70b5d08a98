"""Chart, Series and DataPoint: what a chart says, as numbers."""

from __future__ import annotations

import math
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.evidence import Evidence
from docai.domain.geometry import Box


class ChartKind(StrEnum):
    """How values are drawn."""

    BAR = "bar"
    LINE = "line"
    PIE = "pie"
    SCATTER = "scatter"
    AREA = "area"
    OTHER = "other"


class AxisScale(StrEnum):
    """How positions along an axis grow with values."""

    LINEAR = "linear"
    LOG = "log"
    """Equal steps are equal factors."""


class AxisDirection(StrEnum):
    """Which way an axis runs over the page."""

    ACROSS = "across"
    DOWN = "down"


class AxisFit(BaseModel):
    """Which value stands where on an axis, as its tick labels say: a straight line through positions and values.

    `value = slope * position + intercept`, and on a logarithmic axis `log10(value)` is that. Positions are fractions
    of the page's width or height, as in `Box`.
    """

    model_config = ConfigDict(frozen=True)

    scale: AxisScale
    direction: AxisDirection
    slope: float
    intercept: float
    residual: float
    """How far the worst tick that fits is off its place, as a share of the stretch from the first tick to the last."""
    n_ticks: int
    """How many tick labels fit."""
    low: float
    """The least value of a tick that fits."""
    high: float
    """The greatest."""
    left_out: tuple[str, ...] = ()
    """Labels in line with the ticks that do not fit."""

    def value_at(self, position: float) -> float:
        """The value at a position, a fraction of the page."""
        said = self.slope * position + self.intercept
        return 10**said if self.scale is AxisScale.LOG else said

    def position_of(self, value: float) -> float:
        """The position of a value.

        Raises:
            ValueError: the value has no place on a logarithmic axis: it is not above zero.
        """
        return ((math.log10(value) if self.scale is AxisScale.LOG else value) - self.intercept) / self.slope

    @property
    def stretch(self) -> float:
        """From the first tick to the last, a fraction of the page."""
        return abs(self.position_of(self.high) - self.position_of(self.low))


class Axis(BaseModel):
    """A chart's axis."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    unit: str = ""
    ticks: tuple[str, ...] = ()
    """Tick labels as printed."""
    fit: AxisFit | None = None
    """Where its values stand; None where that is unknown, and for axes of categories."""


class DataPoint(BaseModel):
    """One value of a series."""

    model_config = ConfigDict(frozen=True)

    category: str
    """What the value is of: a category, or the position on the x axis as printed."""
    text: str
    """The value as read; one that is printed nowhere has the digits that the drawing tells."""
    value: float | None = None
    """The value as a number; None where it is none."""
    box: Box | None = None
    evidence: Evidence | None = None
    """Set by grounding."""


class Series(BaseModel):
    """Values that belong together."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    points: tuple[DataPoint, ...] = ()


class Chart(BaseModel):
    """A chart."""

    model_config = ConfigDict(frozen=True)

    kind: ChartKind = ChartKind.OTHER
    title: str = ""
    x_axis: Axis = Axis()
    """Of the categories, wherever it runs."""
    y_axis: Axis = Axis()
    """Of the values, wherever it runs: across the page where bars lie."""
    series: tuple[Series, ...] = ()
