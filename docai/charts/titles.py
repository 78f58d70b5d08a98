"""The titles of a chart and of its axes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.charts.labels import number_of
from docai.charts.marks import Label
from docai.domain.geometry import PointBox

_BEYOND = 30.0
"""Points between an axis' labels and its title at most."""
_AT_END = 20.0
"""Points between a plot and the factor at the end of its axis at most."""
_ABOVE = 60.0
"""Points between a plot and the chart's title at most: a legend may stand between."""
_FACTOR = re.compile(r"[\u00d7x]?\s*(?:1e[+-]?\d{1,3}|10\^[-\u2212]?\d{1,3})")
_UNIT = re.compile(r"(?P<title>.*?)\s*[(\[](?P<unit>[^()\[\]]{1,24})[)\]]")


def value_title(plot: PointBox, ticks: PointBox, labels: Sequence[Label], *, is_lying: bool) -> Label | None:
    """The label beyond the tick labels, set along the axis; all mirrored at the diagonal where bars lie."""
    found = []
    for label in labels:
        away = ticks.x0 - label.frame.x1 if ticks.cx < plot.cx else label.frame.x0 - ticks.x1
        is_along = plot.y0 <= label.frame.cy <= plot.y1 and label.is_upright is not is_lying
        if is_along and -2 <= away <= _BEYOND and number_of(label.text) is None:
            found.append((away, label))
    return min(found, key=lambda pair: pair[0], default=(0.0, None))[1]


def is_factor(text: str) -> bool:
    """Whether a text is a factor such as `1e6`."""
    return _FACTOR.fullmatch(text) is not None


def axis_factor(plot: PointBox, ticks: PointBox, labels: Sequence[Label], *, is_lying: bool) -> Label | None:
    """The factor that is printed at an axis' end for all its values, such as `1e6`; mirrored where the axis lies."""
    around = plot.joined(ticks).grown(_AT_END)
    for label in labels:
        frame = label.frame
        is_at_end = frame.cy >= plot.y1 - plot.height / 4 if is_lying else frame.cy <= plot.y0
        if is_at_end and around.holds(frame.cx, frame.cy) and is_factor(label.text):
            return label
    return None


def category_title(plot: PointBox, names: Sequence[Label], labels: Sequence[Label], *, is_lying: bool) -> Label | None:
    """The only label beyond the names along the plot, near its middle; mirrored where bars lie."""
    if not names:
        return None
    edge = min(n.frame.y0 for n in names) if is_lying else max(n.frame.y1 for n in names)
    found = []
    for label in labels:
        away = edge - label.frame.y1 if is_lying else label.frame.y0 - edge
        is_middle = abs(label.frame.cx - plot.cx) <= 0.1 * plot.width
        if -2 <= away <= _BEYOND and is_middle and label.is_upright is is_lying and label not in names:
            found.append((away, label))
    return min(found, key=lambda pair: pair[0], default=(0.0, None))[1]


def chart_title(plot: PointBox, figure: PointBox | None, labels: Sequence[Label]) -> Label | None:
    """The label above the plot in the highest print; none where the page's layout does not say what the figure is."""
    if figure is None:
        return None
    above = [
        label
        for label in labels
        if figure.grown(2).holds(label.frame.cx, label.frame.cy)
        and 0 <= plot.y0 - label.frame.y1 <= _ABOVE
        and min(label.frame.x1, plot.x1) > max(label.frame.x0, plot.x0)
        and not label.is_upright
        and number_of(label.text) is None
    ]
    return max(above, key=lambda label: (round(label.frame.height), -label.frame.y0), default=None)


def unit_in(title: str) -> tuple[str, str]:
    """A title without the unit in brackets at its end, and that unit."""
    found = _UNIT.fullmatch(title)
    return (found["title"], found["unit"]) if found else (title, "")
