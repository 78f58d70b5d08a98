"""Charts on the wire."""

from __future__ import annotations

from typing import Self

from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.charts import Axis, AxisDirection, AxisFit, AxisScale, Chart, ChartKind, DataPoint, Series


class AxisFitOut(WireModel):
    """Which value stands where on an axis: `value = slope * position + intercept`, or its decimal logarithm.

    Positions are fractions of the page's width or height, as in boxes.
    """

    scale: AxisScale
    direction: AxisDirection
    slope: float
    intercept: float
    residual: float
    """How far the worst tick that fits is off its place, as a share of the axis."""
    n_ticks: int
    low: float
    high: float
    left_out: list[str]
    """Labels in line with the ticks that do not fit."""

    @classmethod
    def of(cls, fit: AxisFit | None) -> Self | None:
        """From the domain."""
        return None if fit is None else cls.model_validate(fit.model_dump())


class AxisOut(WireModel):
    """A chart's axis."""

    title: str
    unit: str
    ticks: list[str]
    fit: AxisFitOut | None
    """Null where it is unknown, and for axes of categories."""

    @classmethod
    def of(cls, axis: Axis) -> Self:
        """From the domain."""
        return cls(title=axis.title, unit=axis.unit, ticks=list(axis.ticks), fit=AxisFitOut.of(axis.fit))


class DataPointOut(WireModel):
    """A value of a series."""

    category: str
    text: str
    value: float | None
    box: BoxOut | None
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, point: DataPoint) -> Self:
        """From the domain."""
        return cls(
            category=point.category,
            text=point.text,
            value=point.value,
            box=None if point.box is None else box_out(point.box),
            evidence=EvidenceOut.of(point.evidence),
        )


class SeriesOut(WireModel):
    """Values that belong together."""

    name: str
    points: list[DataPointOut]

    @classmethod
    def of(cls, series: Series) -> Self:
        """From the domain."""
        return cls(name=series.name, points=[DataPointOut.of(point) for point in series.points])


class ChartOut(WireModel):
    """What a chart says, as numbers."""

    kind: ChartKind
    title: str
    x_axis: AxisOut
    y_axis: AxisOut
    series: list[SeriesOut]

    @classmethod
    def of(cls, chart: Chart | None) -> Self | None:
        """From the domain."""
        if chart is None:
            return None
        return cls(
            kind=chart.kind,
            title=chart.title,
            x_axis=AxisOut.of(chart.x_axis),
            y_axis=AxisOut.of(chart.y_axis),
            series=[SeriesOut.of(series) for series in chart.series],
        )
