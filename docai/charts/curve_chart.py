"""Lines and markers over an axis or over labels to the series of a line or scatter chart."""

from __future__ import annotations

from collections.abc import Sequence

from docai.charts.axis_fit import LEAST_TICKS
from docai.charts.categories import rows_along
from docai.charts.dots import dots_in
from docai.charts.lines import height_at, lines_in
from docai.charts.marks import Dot, Label, Paint, Point
from docai.charts.plots import Plot
from docai.charts.printing import AxisPrint, axis_print
from docai.charts.scene import Scene, SeenPoint, Sight, printed_value
from docai.charts.ticks import ValueAxis
from docai.domain.charts import ChartKind
from docai.domain.geometry import PointBox

_MOST_CORNERS = 80
"""A line with more corners is a curve: it is told at the axis' ticks."""
_AT = 3.0
"""Points between a line's corner and the middle of the label that names it."""
_AT_TICK = 0.8
"""Points between a corner and the tick whose label it takes."""
_LEAST_POINTS = 2
_MARK = 2.0
"""Half the side of the box around a corner, in points: a usual marker."""
_REACH = 10.0
"""Points to either side of a corner in which the middle of a printed value may stand."""


def read_curve_chart(scene: Scene, plot: Plot, category_axis: ValueAxis | None) -> Sight | None:
    """The line or scatter chart in a plot; None where there is none, or where it is not sure what its points are of.

    A line chart is not read in part: where markers stand on no line, or the legend names a line that was not found, a
    line is drawn in a way that is not understood.
    """
    lines = lines_in(plot.frame, scene.drawing.lines)
    corners = [point for points in (lines or {}).values() for point in points]
    dots = dots_in(plot.frame, scene.drawing.dots, corners)
    sight = Sight(ChartKind.LINE, plot, scene, {}, category_axis=category_axis)
    if lines:
        _read_lines(sight, lines, category_axis)
    if category_axis is not None and dots and not sight.series:
        sight.kind = ChartKind.SCATTER
        _read_dots(sight, dots, category_axis)
    if not sight.series or (sight.kind is ChartKind.LINE and dots != {}):
        return None
    names, sight.legend = scene.names_of(list(sight.series), plot.frame)
    sight.names = {paint: label.text for paint, label in names.items()}
    is_whole = sight.kind is ChartKind.SCATTER or set(names) <= set(sight.series)
    return sight if is_whole else None


def _read_lines(sight: Sight, lines: dict[Paint, tuple[Point, ...]], category_axis: ValueAxis | None) -> None:
    names = _names(sight, list(lines.values())) if category_axis is None else []
    for paint, points in lines.items():
        if category_axis is not None:
            seen = _over_axis(sight, points, category_axis)
        else:
            seen = _over_names(sight, points, names)
        if len(seen) >= _LEAST_POINTS:
            sight.series[paint] = seen
    sight.categories = category_axis.labels if category_axis is not None else tuple(names)


def _names(sight: Sight, lines: Sequence[Sequence[Point]]) -> list[Label]:
    """The labels below the plot, where there are as many as an axis has, cut so that each names one place."""
    scene, plot = sight.scene, sight.plot.frame
    for row in rows_along(plot, scene.labels, scene.words, is_lying=False):
        names = sorted(row, key=lambda label: label.frame.cx)
        is_told_apart = len({label.text for label in names}) == len(names)
        is_level = not any(label.is_slanted for label in names)
        if (
            len(names) >= LEAST_TICKS
            and is_told_apart
            and is_level
            and not any(_is_over_several(x, lines) for x in names)
        ):
            return names
    return []


def _is_over_several(name: Label, lines: Sequence[Sequence[Point]]) -> bool:
    """Whether a label stands below several corners of a line and below none in its middle: names printed as one."""
    for points in lines:
        over = [x for x, _ in points if name.frame.x0 <= x <= name.frame.x1]
        if len(over) > 1 and not any(abs(x - name.frame.cx) <= _AT for x in over):
            return True
    return False


def _over_names(sight: Sight, points: Sequence[Point], names: Sequence[Label]) -> list[SeenPoint]:
    """The line's heights over labels, at its corner near the label's middle where it has one."""
    seen = []
    for name in names:
        x = name.frame.cx
        near = min(points, key=lambda point: abs(point[0] - x))
        y = near[1] if abs(near[0] - x) <= _AT else height_at(points, x)
        if y is not None:
            seen.append(_point(sight, name.text, (near[0] if abs(near[0] - x) <= _AT else x, y)))
    return seen


def _over_axis(sight: Sight, points: Sequence[Point], axis: ValueAxis) -> list[SeenPoint]:
    """The line's corners, or for a curve its heights over the ticks."""
    style = axis_print(axis.fit, [label.text for label in axis.labels])
    if len(points) > _MOST_CORNERS:
        heights = [(x, height_at(points, x)) for x in axis.positions]
        points = [(x, y) for x, y in heights if y is not None]
    return [_point(sight, _place(axis, style, x), (x, y)) for x, y in points]


def _place(axis: ValueAxis, style: AxisPrint, x: float) -> str:
    """The label of the tick there, else the value there."""
    label = next((one for one, at in zip(axis.labels, axis.positions, strict=True) if abs(at - x) <= _AT_TICK), None)
    return label.text if label else style.text(style.rounded(axis.fit.value_at(x)))


def _read_dots(sight: Sight, dots: dict[Paint, list[Dot]], axis: ValueAxis) -> None:
    style = axis_print(axis.fit, [label.text for label in axis.labels])
    sight.categories = axis.labels
    for paint, series in dots.items():
        ordered = sorted(series, key=lambda dot: (dot.frame.cx, dot.frame.cy))
        sight.series[paint] = [
            SeenPoint(
                style.text(style.rounded(axis.fit.value_at(dot.frame.cx))),
                sight.plot.axis.fit.value_at(dot.frame.cy),
                dot.frame,
            )
            for dot in ordered
        ]


def _point(sight: Sight, category: str, at: Point) -> SeenPoint:
    value = sight.plot.axis.fit.value_at(at[1])
    printed = printed_value(sight.scene, sight.plot, at, _REACH, value)
    return SeenPoint(category, value, PointBox(*at, *at).grown(_MARK), printed)
