"""Charts on the wire."""

from __future__ import annotations

from typing import Self

from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.charts import Axis, Chart, ChartKind, DataPoint, Series


class AxisOut(WireModel):
    """A chart's axis."""

    title: str
    unit: str
    ticks: list[str]

    @classmethod
    def of(cls, axis: Axis) -> Self:
        """From the domain."""
        return cls(title=axis.title, unit=axis.unit, ticks=list(axis.ticks))


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
