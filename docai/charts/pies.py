"""Slices around one centre to the shares of a pie chart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from docai.charts.marks import Label, Wedge

_SAME_CENTRE = 0.02
"""Of the radius."""
_PULLED_OUT = 0.35
"""Of the radius: how far a slice may be pulled out of its pie."""
_WHOLE = 2.0
"""Degrees by which all slices together may miss the full turn."""
_INSIDE, _OUTSIDE = 0.15, 1.7
"""Radii between which a slice's own label stands."""


def pies_of(wedges: Sequence[Wedge]) -> list[list[Wedge]]:
    """Slices by pie, each from twelve o'clock on; pies that do not close are left out."""
    groups: list[list[Wedge]] = []
    unique = {(round(w.start, 1), round(w.sweep, 1), tuple(map(round, w.centre))): w for w in wedges}
    for wedge in unique.values():
        mine = next((group for group in groups if _is_of(wedge, group[0])), None)
        if mine is None:
            groups.append([wedge])
        else:
            mine.append(wedge)
    ordered = [sorted(group, key=lambda wedge: wedge.start) for group in groups]
    return [group for group in ordered if len(group) > 1 and _closes(group)]


def label_of(wedge: Wedge, labels: Sequence[Label]) -> list[Label]:
    """The labels within the slice's angle, in it or just outside, from top to bottom."""
    x, y = wedge.centre
    found = []
    for label in labels:
        if _INSIDE <= distance(wedge, label) <= _OUTSIDE:
            angle = math.degrees(math.atan2(label.frame.cx - x, y - label.frame.cy))
            if (angle - wedge.start) % 360 <= wedge.sweep:
                found.append(label)
    return sorted(found, key=lambda label: (label.frame.cy, label.frame.x0))


def distance(wedge: Wedge, label: Label) -> float:
    """From the slice's centre to the middle of a label, in radii."""
    return math.dist(wedge.centre, (label.frame.cx, label.frame.cy)) / wedge.radius


def _is_of(wedge: Wedge, other: Wedge) -> bool:
    if abs(wedge.radius - other.radius) > _SAME_CENTRE * other.radius:
        return False
    return math.dist(wedge.centre, other.centre) <= _PULLED_OUT * other.radius


def _closes(group: Sequence[Wedge]) -> bool:
    """Whether each slice begins where the last one ends."""
    if abs(sum(wedge.sweep for wedge in group) - 360) > _WHOLE:
        return False
    ends = [(wedge.start + wedge.sweep) % 360 for wedge in group]
    starts = [wedge.start for wedge in (*group[1:], group[0])]
    return all(abs((start - end + 180) % 360 - 180) <= _WHOLE for start, end in zip(starts, ends, strict=True))
