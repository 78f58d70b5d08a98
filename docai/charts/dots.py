"""Markers in a plot to the points of a scatter chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from docai.charts.marks import Dot, Paint, Point
from docai.domain.geometry import PointBox

LEAST_DOTS = 3
_MOST = 2000
"""More markers than these are a cloud that nobody reads one by one."""
_ON_LINE = 1.5
"""Points between a line's corner and the middle of the marker that stands on it."""
_ALIKE = 1.0
"""Points by which markers of one series may differ in size."""


def dots_in(plot: PointBox, dots: Sequence[Dot], corners: Sequence[Point]) -> dict[Paint, list[Dot]] | None:
    """The markers of every paint that stand on no line; None for too many to be read, or of many sizes.

    Args:
        plot: where they stand.
        dots: of the page.
        corners: of the plot's lines.
    """
    found: dict[Paint, list[Dot]] = defaultdict(list)
    seen: set[tuple[float, ...]] = set()
    inside = [dot for dot in dots if plot.grown(1.0).holds(dot.frame.cx, dot.frame.cy) and not dot.paint.is_white]
    if len(inside) > _MOST:
        return None
    for dot in inside:
        place = (round(dot.frame.cx, 1), round(dot.frame.cy, 1))
        if place not in seen and not _is_on(dot, corners):
            found[dot.paint].append(dot)
        seen.add(place)
    series = {paint: series for paint, series in found.items() if len(series) >= LEAST_DOTS}
    return series if all(_is_alike(each) for each in series.values()) else None


def _is_on(dot: Dot, corners: Sequence[Point]) -> bool:
    return any(abs(x - dot.frame.cx) <= _ON_LINE and abs(y - dot.frame.cy) <= _ON_LINE for x, y in corners)


def _is_alike(dots: Sequence[Dot]) -> bool:
    """Whether the markers are of one size: letters drawn as outlines, and the bubbles of a third value, are not."""
    sizes = [max(dot.frame.width, dot.frame.height) for dot in dots]
    return max(sizes) - min(sizes) <= _ALIKE
