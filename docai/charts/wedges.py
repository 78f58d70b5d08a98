"""A filled outline to the slice of a pie or ring that it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from docai.charts.marks import Paint, Point, Wedge, frame_of

_ROUND = 0.01
"""Corners on the arc are equally far from the centre, up to this share of the radius."""
_LEAST_RADIUS = 8.0
"""Smaller slices, in points, cannot be measured to a hundredth of the circle."""
_MOST_CORNERS = 400
"""An outline with more is a coast."""
_CHORDS = 5
"""So many straight stretches make an arc of a writer that has no curves."""


def wedge_of(points: Sequence[Point], curved: Sequence[bool], fill: Paint) -> Wedge | None:
    """The slice that a closed outline is; None where it is none.

    A slice is an arc closed over its centre; a slice of a ring has two arcs of one centre, joined by straight edges.

    Args:
        points: of the outline in order; the last is the first again.
        curved: for each stretch whether it is an arc.
        fill: its paint.
    """
    corners = [points[0]]
    arcs: list[bool] = []
    for i, point in enumerate(points[1:]):
        if math.dist(point, corners[-1]) > 1e-3:
            corners.append(point)
            arcs.append(i < len(curved) and curved[i])
    if len(corners) > 1 and math.dist(corners[0], corners[-1]) <= 1e-3:
        corners.pop()
    else:
        arcs.append(False)
    if not 3 <= len(corners) <= _MOST_CORNERS or not (any(arcs) or len(corners) >= _CHORDS + 1):
        return None
    return _slice(corners, arcs, fill) or (_ring_slice(corners, arcs, fill) if any(arcs) else None)


def _slice(corners: Sequence[Point], arcs: Sequence[bool], fill: Paint) -> Wedge | None:
    """With a corner in the centre: the one between two straight edges to which all others are equally far."""
    n = len(corners)
    for k, centre in enumerate(corners):
        sides = math.dist(centre, corners[k - 1]), math.dist(centre, corners[(k + 1) % n])
        if arcs[k] or arcs[k - 1] or abs(sides[0] - sides[1]) > _ROUND * max(sides):
            continue
        radii = [math.dist(centre, corner) for i, corner in enumerate(corners) if i != k]
        radius = sum(radii) / len(radii)
        if radius >= _LEAST_RADIUS and max(radii) - min(radii) <= _ROUND * radius:
            rim = [corners[(k + 1 + i) % n] for i in range(n - 1)]
            return _wedge(centre, radius, rim, corners, fill)
    return None


def _ring_slice(corners: Sequence[Point], arcs: Sequence[bool], fill: Paint) -> Wedge | None:
    """With two straight edges, which meet in the centre when drawn on."""
    n = len(corners)
    edges = [k for k in range(n) if not arcs[k]]
    if len(edges) != 2 or n < 4:
        return None
    centre = _meeting(*((corners[k], corners[(k + 1) % n]) for k in edges))
    if centre is None:
        return None
    sides = [[corners[(edges[a] + 1 + i) % n] for i in range((edges[b] - edges[a]) % n)] for a, b in ((0, 1), (1, 0))]
    rims = [(rim, [math.dist(centre, p) for p in rim]) for rim in sides]
    if any(len(rim) < 2 or max(radii) - min(radii) > 2 * _ROUND * max(radii) for rim, radii in rims):
        return None
    rim, radii = max(rims, key=lambda each: each[1][0])
    return _wedge(centre, sum(radii) / len(radii), rim, corners, fill) if radii[0] >= _LEAST_RADIUS else None


def _meeting(first: tuple[Point, Point], second: tuple[Point, Point]) -> Point | None:
    """Where two lines meet; None for lines that are nearly parallel."""
    (ax, ay), (bx, by) = first
    (cx, cy), (dx, dy) = second
    matrix = np.array([[bx - ax, cx - dx], [by - ay, cy - dy]])
    if abs(np.linalg.det(matrix)) < 1e-2 * math.dist(*first) * math.dist(*second):
        return None
    t, _ = np.linalg.solve(matrix, np.array([cx - ax, cy - ay]))
    return float(ax + t * (bx - ax)), float(ay + t * (by - ay))


def _wedge(centre: Point, radius: float, rim: Sequence[Point], corners: Sequence[Point], fill: Paint) -> Wedge | None:
    angles = [_angle(centre, point) for point in rim]
    turns = [(b - a + 180) % 360 - 180 for a, b in pairwise(angles)]
    sweep = sum(turns)
    if not 0 < abs(sweep) < 360 or any(turn * sweep < 0 for turn in turns):
        return None
    start = angles[0] if sweep > 0 else angles[-1]
    return Wedge(centre, radius, start, abs(sweep), frame_of(tuple(corners)), fill)


def _angle(centre: Point, point: Point) -> float:
    """Degrees clockwise from twelve o'clock."""
    return math.degrees(math.atan2(point[0] - centre[0], centre[1] - point[1])) % 360
