"""Strokes across a plot to lines: one for each paint, its corners from left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from docai.charts.marks import Line, Paint, Point
from docai.domain.geometry import PointBox

_MEETS = 0.6
"""Points between the end of one stroke and the start of the next of one line."""
_LEAST_SHARE = 0.2
"""Of the plot's width: a shorter stroke is a remark's arrow, an error bar or a legend's sample."""
_LEVEL = 0.05
"""Points of height below which a stroke of two corners is a rule."""


def lines_in(plot: PointBox, strokes: Sequence[Line]) -> dict[Paint, tuple[Point, ...]] | None:
    """The corners of every line by its paint; None where a stroke is no line of a chart.

    That is the case where one runs back to the left, stands upright, or where two of one paint run side by side.
    """
    ground = plot.grown(1.5)
    inside = [stroke for stroke in strokes if ground.holds_all(stroke.frame) and not _is_rule(stroke)]
    by_paint: dict[Paint, list[tuple[Point, ...]]] = defaultdict(list)
    for stroke in inside:
        points = stroke.points if stroke.points[0][0] <= stroke.points[-1][0] else stroke.points[::-1]
        by_paint[stroke.paint].append(points)
    found: dict[Paint, tuple[Point, ...]] = {}
    for paint, pieces in by_paint.items():
        long = [piece for piece in _joined(pieces) if piece[-1][0] - piece[0][0] >= _LEAST_SHARE * plot.width]
        if not long:
            continue
        points = tuple(dict.fromkeys(point for piece in long for point in piece))
        if any(b[0] <= a[0] for a, b in pairwise(points)):
            return None
        found[paint] = points
    return found


def height_at(points: Sequence[Point], x: float) -> float | None:
    """The y of a line at an x, between its corners; None beside its ends."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return None


def _is_rule(stroke: Line) -> bool:
    """Whether the stroke has two corners, one above or beside the other."""
    return len(stroke.points) == 2 and min(stroke.frame.width, stroke.frame.height) <= _LEVEL


def _joined(pieces: Sequence[tuple[Point, ...]]) -> list[tuple[Point, ...]]:
    """Pieces that meet end to end as one, from left to right."""
    whole: list[tuple[Point, ...]] = []
    for piece in sorted(pieces):
        if whole and _meet(whole[-1][-1], piece[0]):
            whole[-1] = (*whole[-1], *piece[1:])
        else:
            whole.append(piece)
    return whole


def _meet(end: Point, start: Point) -> bool:
    return abs(end[0] - start[0]) <= _MEETS and abs(end[1] - start[1]) <= _MEETS
