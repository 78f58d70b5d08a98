"""Strokes to rules: pieces of one line joined, crossing rules gathered into frames, and what rules cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from docai.domain.geometry import PointBox
from docai.grids.marks import Rule

SAME_LINE = 1.5
"""Strokes this near to one another, in points, are one line: the two edges of a thick stroke, or a rounding."""
JOIN_GAP = 3.0
"""Widest gap, in points, between pieces of one line: dashes, or cells that draw their own borders."""
SHORTEST = 8.0
"""Shorter lines, in points, are letters and ornaments; body print is 8 points and more."""
TOUCH = 3.0
"""Rules that miss one another by no more than this, in points, cross."""
MOST = 3000
"""With more rules than this a page shows a drawing or a map; frames are not looked for."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Rules that cross one another: a candidate for a ruled table."""

    region: PointBox
    across: tuple[Rule, ...]
    down: tuple[Rule, ...]


def joined(strokes: Iterable[Rule]) -> list[Rule]:
    """Strokes of one axis as whole lines, sorted by position; scraps are dropped."""
    lines: list[list[Rule]] = []
    for stroke in sorted(strokes):
        if lines and stroke.at - lines[-1][0].at <= SAME_LINE:
            lines[-1].append(stroke)
        else:
            lines.append([stroke])
    return [rule for line in lines for rule in _whole(line) if rule.end - rule.start >= SHORTEST]


def frames(across: Sequence[Rule], down: Sequence[Rule]) -> list[Frame]:
    """Rules gathered by crossing, largest frame first; lone rules make none."""
    if not across or not down or len(across) + len(down) > MOST:
        return []
    h, v = np.array(across), np.array(down)
    meet = (h[:, None, 1] - TOUCH <= v[None, :, 0]) & (v[None, :, 0] <= h[:, None, 2] + TOUCH)
    meet &= (v[None, :, 1] - TOUCH <= h[:, None, 0]) & (h[:, None, 0] <= v[None, :, 2] + TOUCH)
    rows, cols = np.nonzero(meet)
    n = len(across) + len(down)
    graph = coo_array((np.ones(len(rows)), (rows, cols + len(across))), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    found = []
    for group in np.unique(label[rows]):
        hs = tuple(r for r, g in zip(across, label, strict=False) if g == group)
        vs = tuple(r for r, g in zip(down, label[len(across) :], strict=True) if g == group)
        found.append(Frame(_extent(hs, vs), hs, vs))
    return sorted(found, key=lambda f: -f.region.area)


def share(rules: Iterable[Rule], low: float, high: float) -> float:
    """Share of the stretch from `low` to `high` that rules of one axis cover together."""
    total, reach = 0.0, low
    for rule in sorted(rules, key=lambda r: r.start):
        start, end = max(rule.start, reach), min(rule.end, high)
        if end > start:
            total += end - start
            reach = end
    return total / (high - low) if high > low else 0.0


def _whole(line: Sequence[Rule]) -> list[Rule]:
    at = sum(r.at for r in line) / len(line)
    whole: list[Rule] = []
    for piece in sorted(line, key=lambda r: r.start):
        if whole and piece.start - whole[-1].end <= JOIN_GAP:
            whole[-1] = whole[-1]._replace(end=max(whole[-1].end, piece.end))
        else:
            whole.append(Rule(at, piece.start, piece.end))
    return whole


def _extent(across: Sequence[Rule], down: Sequence[Rule]) -> PointBox:
    return PointBox(
        min(r.at for r in down),
        min(r.at for r in across),
        max(r.at for r in down),
        max(r.at for r in across),
    )
