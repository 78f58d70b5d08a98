"""Slices and what is printed at them to the points of a pie chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.charts.labels import joined, number_of
from docai.charts.legend import Legend
from docai.charts.marks import Label, Wedge
from docai.charts.pies import distance, label_of
from docai.charts.scene import Scene, SeenPoint
from docai.domain.geometry import PointBox
from docai.grounding.numbers import quantity_of

_LINE = 1.3
"""From one line of a name to the next over their height."""
_NEAR_TURN = 1.0
"""Percentage points between a slice's angle and the share printed at it."""


@dataclass(frozen=True, slots=True)
class SeenPie:
    """A pie: a share in percent of every slice."""

    frame: PointBox
    points: tuple[SeenPoint, ...]
    legend: Legend | None
    labels: tuple[Label, ...]
    """What is printed at the slices."""


def read_pie(scene: Scene, pie: Sequence[Wedge]) -> SeenPie | None:
    """The shares of a pie by name; None where a slice has no name, or where two have the same.

    A printed share takes the place of the measured one where both agree. Where all slices have one, whatever else is
    printed at them are their names, years as well.
    """
    frame = pie[0].frame.joined(*(wedge.frame for wedge in pie))
    named, legend = scene.names_of([wedge.paint for wedge in pie], frame)
    own = {wedge: label_of(wedge, _free(scene, legend)) for wedge in pie}
    printed = {wedge: _printed_share(wedge, labels) for wedge, labels in own.items()}
    may_be_numbers = all(printed.values())
    points = []
    for wedge, labels in own.items():
        names = [x for x in labels if x is not printed[wedge] and (may_be_numbers or number_of(x.text) is None)]
        name = named[wedge.paint] if legend else _name_at(wedge, names)
        if name is None:
            return None
        points.append(SeenPoint(name.text, wedge.sweep / 3.6, wedge.frame, printed[wedge]))
    if len({point.category for point in points}) < len(points):
        return None
    return SeenPie(frame, tuple(points), legend, tuple(x for labels in own.values() for x in labels))


def _free(scene: Scene, legend: Legend | None) -> list[Label]:
    """The labels that are none of the legend's."""
    taken = {entry.label for entry in legend.entries} if legend else set()
    return [label for label in scene.labels if label not in taken]


def _name_at(wedge: Wedge, labels: Sequence[Label]) -> Label | None:
    """The label nearest to the slice's rim, with the lines that follow it; from top to bottom."""
    nearest = min(labels, key=lambda label: abs(distance(wedge, label) - 1), default=None)
    if nearest is None:
        return None
    lines = [nearest]
    for label in labels:
        above, below = lines[0].frame, lines[-1].frame
        if label is not nearest and min(label.frame.x1, below.x1) > max(label.frame.x0, below.x0):
            if 0 <= label.frame.cy - below.cy <= _LINE * below.height:
                lines.append(label)
            elif 0 <= above.cy - label.frame.cy <= _LINE * above.height:
                lines.insert(0, label)
    return joined(lines)


def _printed_share(wedge: Wedge, labels: Sequence[Label]) -> Label | None:
    """The label that says the slice's share."""
    for label in labels:
        share = _share_in(label)
        if share is not None and abs(share - wedge.sweep / 3.6) <= _NEAR_TURN:
            return label
    return None


def _share_in(label: Label) -> float | None:
    """The percentage that a label is."""
    quantity = quantity_of(label.text)
    return float(quantity.value) if quantity is not None and quantity.is_percent else None
