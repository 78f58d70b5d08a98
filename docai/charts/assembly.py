"""What was seen of a chart to a Chart with its box and words on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.charts.axis_fit import Fit
from docai.charts.legend import Entry
from docai.charts.marks import Label
from docai.charts.pie_chart import SeenPie
from docai.charts.printing import AxisPrint, axis_print, tick_number, unit_of
from docai.charts.scene import Scene, SeenPoint, Sight
from docai.charts.ticks import ValueAxis
from docai.charts.titles import axis_factor, category_title, chart_title, unit_in, value_title
from docai.domain.charts import Axis, AxisDirection, AxisFit, AxisScale, Chart, ChartKind, DataPoint, Series
from docai.domain.geometry import Box, PageSize, PointBox

ENGINE = "docai drawing 1"
"""What read such a chart."""
_SHARE_DIGITS = 1
"""Digits of a measured share in percent: a tenth of a percent is a third of a degree."""


@dataclass(frozen=True, slots=True)
class FoundChart:
    """A chart and where it stands."""

    box: Box
    plot: Box
    """Where its values are drawn."""
    chart: Chart
    word_ids: tuple[int, ...]
    """The words that it was read from: titles, ticks, names and printed values."""


def chart_of(sight: Sight, size: PageSize, figures: Sequence[PointBox], others: Sequence[PointBox]) -> FoundChart:
    """The chart that was seen around a value axis.

    Args:
        sight: of it.
        size: of the page.
        figures: where the layout sees figures.
        others: the plots of the page's other charts; a legend beyond one of them is not within this chart's box.
    """
    scene, axis, plot = sight.scene, sight.plot.axis, sight.plot.frame
    shown = scene.as_shown(plot)
    free = _no_names(scene)
    values = value_title(plot, axis.frame, free, is_lying=scene.is_lying)
    names = category_title(plot, sight.categories, free, is_lying=scene.is_lying)
    upright = [label.transposed() for label in free] if scene.is_lying else free
    factor = axis_factor(plot, axis.frame, _no_ticks(sight), is_lying=scene.is_lying)
    title = chart_title(shown, _figure_around(shown, figures), upright)
    chart = Chart(
        kind=sight.kind,
        title=title.text if title else "",
        x_axis=_category_axis(sight, names, size),
        y_axis=_value_axis(sight, values, factor, size),
        series=_series(sight, size),
    )
    printed = [point.printed for points in sight.series.values() for point in points if point.printed]
    labels = [*axis.labels, *axis.left_out, *sight.categories, *printed, *(x for x in (values, names, factor) if x)]
    if sight.category_axis is not None:
        labels = [x for x in labels if x not in sight.categories]
        labels += _mirrored(sight.category_axis.labels, sight.scene)
    frames = [scene.as_shown(label.frame) for label in labels]
    ids = [i for label in labels for i in label.word_ids]
    if title:
        frames.append(title.frame)
        ids += title.word_ids
    legend = _legend_beside(sight, shown.joined(*frames), others)
    frames += [part for entry in legend for part in (entry.frame, entry.label.frame)]
    ids += [i for entry in legend for i in entry.label.word_ids]
    return FoundChart(_box(shown.joined(*frames), size), _box(shown, size), chart, tuple(sorted(set(ids))))


def _no_names(scene: Scene) -> list[Label]:
    """The labels that are of no legend."""
    taken = {entry.label.word_ids for legend in scene.legends for entry in legend.entries}
    return [label for label in scene.labels if label.word_ids not in taken]


def _legend_beside(sight: Sight, own: PointBox, others: Sequence[PointBox]) -> tuple[Entry, ...]:
    """The legend's entries, where no other chart stands between."""
    entries = sight.legend.entries if sight.legend else ()
    around = own.joined(*(entry.label.frame for entry in entries))
    return () if any(around.shared(other) > 0 for other in others) else entries


def pie_chart_of(pie: SeenPie, scene: Scene, size: PageSize, figures: Sequence[PointBox]) -> FoundChart:
    """The chart of a pie's shares, in percent."""
    title = chart_title(pie.frame, _figure_around(pie.frame, figures), _unused(pie, scene))
    points = tuple(_share(point, size) for point in pie.points)
    labels = [*pie.labels, *([title] if title else [])]
    labels += [entry.label for entry in pie.legend.entries] if pie.legend else []
    samples = pie.legend.frames if pie.legend else ()
    frame = pie.frame.joined(*(label.frame for label in labels), *samples)
    chart = Chart(
        kind=ChartKind.PIE,
        title=title.text if title else "",
        y_axis=Axis(unit="%"),
        series=(Series(points=points),),
    )
    ids = sorted({i for label in labels for i in label.word_ids})
    return FoundChart(_box(frame, size), _box(pie.frame, size), chart, tuple(ids))


def _unused(pie: SeenPie, scene: Scene) -> list[Label]:
    return [label for label in _no_names(scene) if label not in pie.labels]


def _share(point: SeenPoint, size: PageSize) -> DataPoint:
    if point.printed is not None:
        value, text = tick_number(point.printed.text), point.printed.text
    else:
        value = round(point.value, _SHARE_DIGITS)
        text = f"{value:g}%"
    return DataPoint(category=point.category, text=text, value=value, box=_box(point.frame, size))


def _series(sight: Sight, size: PageSize) -> tuple[Series, ...]:
    style = axis_print(sight.plot.axis.fit, [label.text for label in sight.plot.axis.labels])
    return tuple(
        Series(
            name=sight.names.get(paint, ""),
            points=tuple(_point(point, style, sight.scene, size) for point in points),
        )
        for paint, points in sight.series.items()
    )


def _point(point: SeenPoint, style: AxisPrint, scene: Scene, size: PageSize) -> DataPoint:
    box = _box(scene.as_shown(point.frame), size)
    if point.printed is not None:
        value, text = tick_number(point.printed.text), point.printed.text
    else:
        value = style.rounded(point.value)
        text = style.text(value)
    return DataPoint(category=point.category, text=text, value=value, box=box)


def _no_ticks(sight: Sight) -> list[Label]:
    ticks = {label.word_ids for label in (*sight.plot.axis.labels, *sight.categories)}
    return [label for label in sight.scene.labels if label.word_ids not in ticks]


def _value_axis(sight: Sight, title: Label | None, factor: Label | None, size: PageSize) -> Axis:
    """The axis of the values; a factor printed for all of them is part of their unit, as `million` is."""
    direction = AxisDirection.ACROSS if sight.scene.is_lying else AxisDirection.DOWN
    return _with_factor(_axis(sight.plot.axis, title, direction, size), factor)


def _category_axis(sight: Sight, title: Label | None, size: PageSize) -> Axis:
    if sight.category_axis is not None:
        direction = AxisDirection.DOWN if sight.scene.is_lying else AxisDirection.ACROSS
        axis, labels = sight.category_axis, [label.transposed() for label in _no_ticks(sight)]
        plot = sight.plot.frame.transposed()
        factor = axis_factor(plot, axis.frame, labels, is_lying=not sight.scene.is_lying)
        return _with_factor(_axis(axis, title, direction, size), factor)
    return Axis(title=title.text if title else "", ticks=tuple(label.text for label in sight.categories))


def _with_factor(axis: Axis, factor: Label | None) -> Axis:
    return axis.model_copy(update={"unit": f"{factor.text} {axis.unit}".strip()}) if factor else axis


def _axis(axis: ValueAxis, title: Label | None, direction: AxisDirection, size: PageSize) -> Axis:
    ticks = tuple(label.text for label in axis.labels)
    said, unit = unit_in(title.text) if title else ("", "")
    left_out = tuple(label.text for label in axis.left_out)
    fit = axis_fit_of(axis.fit, ticks, left_out, direction, size)
    return Axis(title=said, unit=unit_of(ticks) or unit, ticks=ticks, fit=fit)


def axis_fit_of(
    fit: Fit, ticks: Sequence[str], left_out: Sequence[str], direction: AxisDirection, size: PageSize
) -> AxisFit:
    """A fit in points as one in fractions of the page."""
    values = [tick_number(tick) for tick in ticks]
    length = size.width_pt if direction is AxisDirection.ACROSS else size.height_pt
    return AxisFit(
        scale=AxisScale(fit.scale),
        direction=direction,
        slope=fit.slope * length,
        intercept=fit.intercept,
        residual=fit.residual,
        n_ticks=len(fit.inliers),
        low=min(values),
        high=max(values),
        left_out=tuple(left_out),
    )


def _mirrored(labels: Sequence[Label], scene: Scene) -> list[Label]:
    """A category axis' labels in the scene's coordinates."""
    by_words = {label.word_ids: label for label in scene.labels}
    return [by_words[label.word_ids] for label in labels if label.word_ids in by_words]


def _figure_around(frame: PointBox, figures: Sequence[PointBox]) -> PointBox | None:
    around = [figure for figure in figures if figure.shared(frame) > 0.7 * frame.area]
    return min(around, key=lambda figure: figure.area, default=None)


def _box(frame: PointBox, size: PageSize) -> Box:
    return Box.from_points(frame, size)
