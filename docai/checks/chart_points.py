"""A chart's values held against where they stand on its axis."""

from __future__ import annotations

from collections.abc import Iterator

from docai.charts.assembly import ENGINE
from docai.domain.charts import AxisDirection, AxisFit, AxisScale, Chart, ChartKind, DataPoint
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.evidence import BoxSource
from docai.domain.geometry import Box

_OFF_DRAWN = 0.01
_OFF = 0.05
"""Of the axis: how far a value may be off its place, in a box that is drawn and in one that a model gives."""
_BEYOND = 0.25
"""Of the axis: values may stand this far beyond the first and last tick, as one step further on."""
_MOST = 0.5

Place = tuple[int, int]
"""Index of a series and of a point in it."""


def check_points(index: int, chart: Chart, fit: AxisFit, reader: str | None) -> list[Check]:
    """Whether each value stands where the axis has it, and on the axis at all.

    A value with a box of its own must be what the axis says at the box's end or middle, or, of a part of a stacked
    bar, between its ends. Where most values lie far off the axis they are in another unit, and nothing is decided.

    Args:
        index: of the block on its page.
        chart: with its values; those that are no number say nothing.
        fit: the value axis.
        reader: what read the chart.
    """
    if chart.kind is ChartKind.PIE:
        return []
    values = list(_values(chart))
    beyond = [(place, point) for place, point in values if not _is_on_axis(point, fit)]
    if len(beyond) > _MOST * len(values):
        message = f"{len(beyond)} of {len(values)} values lie beyond the axis from {fit.low:g} to {fit.high:g}."
        return [Check(name=CheckName.POINT_ON_AXIS, result=CheckResult.UNDECIDED, message=message, block=index)]
    limit = _OFF_DRAWN if reader == ENGINE else _OFF
    placed = [(place, point, point.box) for place, point in values if point.box and not _is_print(point)]
    off = [(place, point) for place, point, box in placed if _distance(point, box, fit) > limit]
    wrong = dict(beyond + off)
    right = [place for place, _, _ in placed if place not in wrong]
    checks = []
    if wrong:
        checks.append(_failed(index, wrong, fit))
    if right:
        message = f"{len(right)} values stand where the axis has them, within {limit:.0%} of it."
        checks.append(
            Check(
                name=CheckName.POINT_ON_AXIS,
                result=CheckResult.PASSED,
                message=message,
                block=index,
                points=tuple(right),
            )
        )
    return checks


def _failed(index: int, wrong: dict[Place, DataPoint], fit: AxisFit) -> Check:
    told = ", ".join(f"{point.category}: {point.text}" for point in wrong.values())
    return Check(
        name=CheckName.POINT_ON_AXIS,
        result=CheckResult.FAILED,
        message=f"Not where the axis from {fit.low:g} to {fit.high:g} has it: {told}.",
        block=index,
        points=tuple(wrong),
        boxes=tuple(point.box for point in wrong.values() if point.box),
    )


def _values(chart: Chart) -> Iterator[tuple[Place, DataPoint]]:
    for s, series in enumerate(chart.series):
        for p, point in enumerate(series.points):
            if point.value is not None:
                yield (s, p), point


def _is_on_axis(point: DataPoint, fit: AxisFit) -> bool:
    """Whether the value lies on the axis or a step beyond it."""
    value = point.value or 0.0
    if fit.scale is AxisScale.LOG:
        return value > 0 and fit.low / 10 <= value <= fit.high * 10
    room = _BEYOND * (fit.high - fit.low)
    return min(fit.low, 0.0) - room <= value <= max(fit.high, 0.0) + room


def _is_print(point: DataPoint) -> bool:
    """Whether the box is around the printed number and not around what is drawn."""
    seen = point.evidence
    return seen is not None and seen.box_source is BoxSource.WITNESS and seen.box == point.box


def _distance(point: DataPoint, box: Box, fit: AxisFit) -> float:
    """From the value's place to the nearest place in its box that may say it, as a share of the axis."""
    value = point.value or 0.0
    start, end = (box.x0, box.x1) if fit.direction is AxisDirection.ACROSS else (box.y0, box.y1)
    at = fit.position_of(value)
    offs = [abs(at - place) / fit.stretch for place in (start, end, (start + end) / 2)]
    if fit.scale is AxisScale.LINEAR:
        offs.append(abs(abs(fit.value_at(start) - fit.value_at(end)) - abs(value)) / (fit.high - fit.low))
    return min(offs)
