"""Where a page's tables stand: the layout model's regions corrected by ruled frames, and frames it overlooked."""

from __future__ import annotations

from collections.abc import Sequence

from docai.domain.geometry import PointBox
from docai.grids.lattice import levels
from docai.grids.marks import Mark
from docai.grids.rules import Frame

INSIDE = 0.85
"""Share of a frame's area within a region from which on it is a part of it."""
SAME = 0.9
"""Intersection over union from which on a frame is the table itself, and its edges are taken."""
APART = 0.1
"""Share of a frame that may lie in known tables or pictures if it is to be a table that the model overlooked."""


def is_tabular(frame: Frame, marks: Sequence[Mark]) -> bool:
    """Whether a frame has rows and columns of its own and words in most of them."""
    region = frame.region
    xs = [region.x0, *levels(frame.down, region.x0, region.x1), region.x1]
    ys = [region.y0, *levels(frame.across, region.y0, region.y1), region.y1]
    if len(xs) < 3 or len(ys) < 3:
        return False
    inside = [m for m in marks if region.holds(m.cx, m.cy)]
    cols = {sum(m.cx > x for x in xs) for m in inside}
    rows = {sum(m.cy > y for y in ys) for m in inside}
    return 2 * len(cols) >= len(xs) - 1 and 2 * len(rows) >= len(ys) - 1 and min(len(rows), len(cols)) >= 2


def settle(region: PointBox, frames: Sequence[Frame]) -> list[PointBox]:
    """A region of the model after a look at the tabular frames: the frames in it, the frame it is, or both together."""
    within = [f.region for f in frames if f.region.shared(region) >= INSIDE * f.region.area]
    if len(within) > 1:
        return sorted(within, key=lambda r: (r.y0, r.x0))
    for frame in frames:
        shared = frame.region.shared(region)
        if shared >= SAME * (frame.region.area + region.area - shared):
            return [frame.region]
        if shared >= INSIDE * min(region.area, frame.region.area) and shared >= 0.5 * frame.region.area:
            return [region.joined(frame.region)]
    return [region]


def overlooked(frames: Sequence[Frame], taken: Sequence[PointBox]) -> list[PointBox]:
    """Tabular frames that stand clear of every taken region."""
    return [
        f.region for f in frames if all(f.region.shared(t) <= APART * min(f.region.area, t.area or 1.0) for t in taken)
    ]
