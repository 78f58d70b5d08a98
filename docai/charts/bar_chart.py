"""Columns and the labels along them to the series of a bar chart."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median

from docai.charts.bars import Column, Segment, columns_of
from docai.charts.categories import Slot, rows_along, slots_of
from docai.charts.labels import number_of
from docai.charts.marks import Paint
from docai.charts.plots import Plot
from docai.charts.printing import axis_print
from docai.charts.scene import Scene, SeenPoint, Sight, printed_value
from docai.charts.ticks import ValueAxis
from docai.domain.charts import ChartKind

_ALIKE = 0.75
"""Points by which the heights of cells of a filled table differ at most."""
_TOUCHING = 1.0
"""Points between the bars of a histogram at most."""
_ONE = Paint(0, 0, 0)
"""Stands for all paints where they do not tell series apart."""


def read_bar_chart(scene: Scene, plot: Plot, category_axis: ValueAxis | None) -> Sight | None:
    """The bar chart in a plot; None where there is none, or where it is not sure what a bar is of."""
    found = columns_of(plot, scene.drawing.bars)
    if found is None:
        return None
    plot, columns = found
    if _is_shading(columns):
        return None
    sight = Sight(ChartKind.BAR, plot, scene, {}, category_axis=None)
    slots = slots_of(
        [column.centre for column in columns],
        rows_along(plot.frame, scene.labels, scene.words, is_lying=scene.is_lying),
    )
    if slots is not None and not _is_at_edges(slots, columns):
        sight.categories = tuple(slot.label for slot in slots)
        return sight if _by_slot(sight, columns, slots) else None
    if category_axis is None or any(len(column.segments) > 1 for column in columns):
        return None
    sight.category_axis, sight.categories = category_axis, category_axis.labels
    _by_place(sight, columns, category_axis)
    return sight


def _by_slot(sight: Sight, columns: list[Column], slots: list[Slot]) -> bool:
    """Put every segment into its series; False where a series would have two values of one category."""
    paints = list(dict.fromkeys(segment.bar.paint for column in columns for segment in column.segments))
    is_single = all(len(slot.places) == 1 for slot in slots) and all(len(c.segments) == 1 for c in columns)
    names, sight.legend = sight.scene.names_of(paints, sight.plot.frame)
    sight.names = {paint: label.text for paint, label in names.items()} if not is_single else {}
    series: dict[Paint, list[SeenPoint]] = defaultdict(list)
    for slot in slots:
        seen: set[Paint] = set()
        for place in slot.places:
            for segment in columns[place].segments:
                paint = _ONE if is_single else segment.bar.paint
                if paint in seen:
                    return False
                seen.add(paint)
                series[paint].append(_point(sight, slot.label.text, columns[place], segment))
    sight.series = dict(series)
    return len({slot.label.text for slot in slots}) == len(slots)


def _by_place(sight: Sight, columns: list[Column], axis: ValueAxis) -> None:
    """Bars over a numeric axis: named by their middle, or, where they touch, by their edges."""
    style = axis_print(axis.fit, [label.text for label in axis.labels])
    points = []
    for column in columns:
        start, middle, end = (
            style.text(style.rounded(axis.fit.value_at(x))) for x in (column.start, column.centre, column.end)
        )
        category = f"{start}\N{EN DASH}{end}" if _are_touching(columns) else middle
        points.append(_point(sight, category, column, column.segments[0]))
    sight.series = {_ONE: points}


def _point(sight: Sight, category: str, column: Column, segment: Segment) -> SeenPoint:
    reach = max(4.0, (column.end - column.start) / 2)
    printed = printed_value(sight.scene, sight.plot, (column.centre, segment.far), reach, segment.value)
    return SeenPoint(category, segment.value, segment.bar.frame, printed)


def _is_shading(columns: list[Column]) -> bool:
    """Whether all are equally high, as the filled cells of a table are."""
    heights = [segment.bar.frame.height for column in columns for segment in column.segments]
    return max(heights) - min(heights) <= _ALIKE


def _are_touching(columns: list[Column]) -> bool:
    return all(after.start - before.end <= _TOUCHING for before, after in pairwise(columns))


def _is_at_edges(slots: list[Slot], columns: list[Column]) -> bool:
    """Whether touching bars are named by numbers that stand at their edges: ticks, which name no bar."""
    if not _are_touching(columns) or any(number_of(slot.label.text) is None for slot in slots):
        return False
    edges = [edge for column in columns for edge in (column.start, column.end)]
    off = [min(abs(slot.label.frame.cx - edge) for edge in edges) for slot in slots]
    middle = [min(abs(slot.label.frame.cx - column.centre) for column in columns) for slot in slots]
    return median(off) < median(middle)
