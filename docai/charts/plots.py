"""The plot that belongs to a value axis: where its gridlines, its frame or its foot line run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from docai.charts.labels import number_of
from docai.charts.marks import Drawing, Label, Rule
from docai.charts.ticks import ValueAxis
from docai.domain.geometry import PointBox

_REACH = 26.0
"""Points between tick labels and their plot at most: a tick mark, or a label's own width of white."""
_INTO = 3.0
"""Points by which labels may stand in the plot."""
_WIDE = 40.0
"""A plot is wider than this, in points."""
_BEYOND = 1.15
"""Steps from tick to tick by which a plot may go on beyond the first and the last tick."""
_OVERHANG = 0.6
"""The same beyond the last tick only, where nothing is drawn that tells."""
_SAME = 0.7
"""Plots that share this much of the smaller one are one plot with two axes."""
_AXES_AGREE = 0.01
"""Axes on both sides of a plot say the same up to this share of their range."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Where values are drawn, and the axis that they are read on."""

    frame: PointBox
    axis: ValueAxis

    def resting_on(self, axis: ValueAxis) -> Plot:
        """The same plot with its axis fitted anew."""
        return replace(self, axis=axis)


def plots_of(axes: Sequence[ValueAxis], drawing: Drawing, labels: Sequence[Label] = ()) -> list[Plot]:
    """A plot for every axis that has one.

    There is none where two axes of one plot disagree, and none where a number stands in line with the ticks beyond the
    first or last one that fits: such an axis is broken.

    Args:
        axes: down the page.
        drawing: of the page.
        labels: of the page.
    """
    found: list[Plot] = []
    doubtful: list[PointBox] = []
    for axis in axes:
        frame = _frame_beside(axis, drawing)
        if frame is None or _is_broken(axis, frame, labels):
            continue
        plot = Plot(frame, axis)
        same = [other for other in found if _is_same(other.frame, frame)]
        if any(not _agree(plot.axis, other.axis) for other in same):
            doubtful.append(frame)
        elif not same:
            found.append(plot)
    return [plot for plot in found if not any(_is_same(plot.frame, frame) for frame in doubtful)]


def _frame_beside(axis: ValueAxis, drawing: Drawing) -> PointBox | None:
    """The plot right of the labels, else left of them."""
    for on_right in (True, False):
        panel = _panel(axis, drawing.panels, on_right=on_right)
        if panel is not None:
            return panel
        rules = [rule for rule in drawing.across if _belongs(rule, axis, on_right=on_right)]
        if rules:
            return _framed(axis, rules, drawing.down, on_right=on_right)
    return None


def _is_beside(start: float, end: float, axis: ValueAxis, *, on_right: bool) -> bool:
    if on_right:
        return -_INTO <= start - axis.frame.x1 <= _REACH
    return -_INTO <= axis.frame.x0 - end <= _REACH


def _panel(axis: ValueAxis, panels: Sequence[PointBox], *, on_right: bool) -> PointBox | None:
    """The largest rectangle beside the labels that spans all ticks and little more; smaller ones are bars."""
    slack = 0.1 * axis.step + 1
    fitting = [
        panel
        for panel in panels
        if _is_beside(panel.x0, panel.x1, axis, on_right=on_right)
        and panel.y0 <= axis.low_y + slack
        and panel.y1 >= axis.high_y - slack
        and panel.height <= axis.high_y - axis.low_y + 2 * _BEYOND * axis.step
    ]
    return max(fitting, key=lambda panel: panel.area, default=None)


def _belongs(rule: Rule, axis: ValueAxis, *, on_right: bool) -> bool:
    beyond = _BEYOND * axis.step
    return (
        rule.length >= _WIDE
        and axis.low_y - beyond <= rule.at <= axis.high_y + beyond
        and _is_beside(rule.start, rule.end, axis, on_right=on_right)
    )


def _framed(axis: ValueAxis, rules: Sequence[Rule], down: Sequence[Rule], *, on_right: bool) -> PointBox:
    """From the usual start of the rules to their furthest end, as high as what is drawn up the sides."""
    if on_right:
        x0, x1 = median(rule.start for rule in rules), max(rule.end for rule in rules)
    else:
        x0, x1 = min(rule.start for rule in rules), median(rule.end for rule in rules)
    beyond = _BEYOND * axis.step
    low, high = axis.low_y, axis.high_y
    sides = [
        rule
        for rule in down
        if x0 - _INTO <= rule.at <= x1 + _INTO
        and rule.start >= low - beyond
        and rule.end <= high + beyond
        and rule.length >= 0.8 * (high - low)
    ]
    edges = [rule.at for rule in rules]
    overhang = 0.0 if sides else _OVERHANG * axis.step
    above, below = (overhang, 0.0) if axis.fit.slope < 0 else (0.0, overhang)
    top = min([low - above, *(rule.start for rule in sides), *edges])
    foot = max([high + below, *(rule.end for rule in sides), *edges])
    return PointBox(x0, top, x1, foot)


def _is_broken(axis: ValueAxis, frame: PointBox, labels: Sequence[Label]) -> bool:
    own = {label.word_ids for label in (*axis.labels, *axis.left_out)}
    edge = median(label.frame.x1 for label in axis.labels)
    return any(
        abs(label.frame.x1 - edge) <= _INTO
        and frame.y0 - _INTO <= label.frame.cy <= frame.y1 + _INTO
        and label.word_ids not in own
        and number_of(label.text) is not None
        for label in labels
    )


def _is_same(one: PointBox, other: PointBox) -> bool:
    return one.shared(other) > _SAME * min(one.area, other.area)


def _agree(one: ValueAxis, other: ValueAxis) -> bool:
    """Whether two axes say the same values at the ends of the first, as one printed on both sides does."""
    ends = (one.low_y, one.high_y)
    return all(
        abs(one.fit.value_at(y) - other.fit.value_at(y)) <= _AXES_AGREE * max(one.value_range, other.value_range)
        for y in ends
    )
