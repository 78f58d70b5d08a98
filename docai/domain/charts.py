"""Chart, Series and DataPoint: what a chart says, as numbers."""

from __future__ import annotations

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


class Axis(BaseModel):
    """A chart's axis."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    unit: str = ""
    ticks: tuple[str, ...] = ()
    """Tick labels as printed."""


class DataPoint(BaseModel):
    """One value of a series."""

    model_config = ConfigDict(frozen=True)

    category: str
    """What the value is of: a category, or the position on the x axis as printed."""
    text: str
    """The value as read."""
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
    y_axis: Axis = Axis()
    series: tuple[Series, ...] = ()
