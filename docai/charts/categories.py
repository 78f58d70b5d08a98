"""Which label names which place along a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from docai.charts.labels import joined
from docai.charts.marks import Label
from docai.domain.geometry import PointBox

_BELOW = (-4.0, 32.0)
"""Points between a plot's edge and the labels along it: tick marks, and the labels of values below zero."""
_BESIDE = 260.0
"""The same for names of lying bars that begin at one margin: as much as they are long."""
_ALIGNED = 2.0
"""Points by which such names may be out of line."""
_CENTRED = 0.2
"""A label's middle is this near to the middle of what it names, over the distance to its neighbour."""
_CENTRED_PT = 3.0
_MOST_NAMED = 0.75
"""Share of labels that must name as many bars as any other: a bar of no height is not drawn."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A label and the places that it names, by index."""

    label: Label
    places: tuple[int, ...]


def slots_of(centres: Sequence[float], rows: Sequence[Sequence[Label]]) -> list[Slot] | None:
    """The first of several rows of labels that names all places evenly; None where none does.

    Args:
        centres: places along the plot, ascending; points.
        rows: labels along the plot, in each way in which they may have been cut.
    """
    for row in rows:
        slots = _assigned(centres, sorted(row, key=lambda label: label.frame.cx))
        if slots is not None:
            return slots
    return None


def rows_along(plot: PointBox, labels: Sequence[Label], words: Sequence[Label], *, is_lying: bool) -> list[list[Label]]:
    """The labels along a plot's category side, cut in the ways that may be meant.

    Args:
        plot: mirrored at the diagonal where bars lie, as are all labels: their names then stand above.
        labels: of the page.
        words: of the page, each as a label.
        is_lying: whether bars lie.
    """
    found = _names_above(plot, labels) if is_lying else first_row(plot, labels)
    if not found:
        return []
    if is_lying:
        return [found, _with_broken_lines(found)]
    split = [word for label in found for word in (words[i] for i in label.word_ids)]
    return [_with_second_row(plot, found, labels), found, split]


def first_row(plot: PointBox, labels: Sequence[Label]) -> list[Label]:
    """The labels nearest below the plot, upright ones that begin there included."""
    below = [x for x in _along(plot, labels) if _BELOW[0] <= x.frame.y0 - plot.y1 <= _BELOW[1]]
    if not below:
        return []
    top = min(below, key=lambda label: label.frame.y0)
    line = min(top.frame.height, top.frame.width) if top.is_upright else top.frame.height
    return [label for label in below if label.frame.y0 - top.frame.y0 <= 0.6 * line]


def _assigned(centres: Sequence[float], row: Sequence[Label]) -> list[Slot] | None:
    if not row or not centres:
        return None
    places: list[list[int]] = [[] for _ in row]
    for k, centre in enumerate(centres):
        places[min(range(len(row)), key=lambda i: abs(row[i].frame.cx - centre))].append(k)
    most = max(map(len, places))
    full = [i for i, each in enumerate(places) if len(each) == most]
    if len(full) < _MOST_NAMED * len(row):
        return None
    steps = [b.frame.cx - a.frame.cx for a, b in pairwise(row)]
    slack = max(_CENTRED_PT, _CENTRED * median(steps)) if steps else _CENTRED_PT
    for i in full:
        middle = (centres[places[i][0]] + centres[places[i][-1]]) / 2
        if abs(middle - row[i].frame.cx) > slack:
            return None
    return [Slot(label, tuple(each)) for label, each in zip(row, places, strict=True) if each]


def _along(plot: PointBox, labels: Sequence[Label]) -> list[Label]:
    return [label for label in labels if plot.x0 - 4 <= label.frame.cx <= plot.x1 + 4]


def _with_second_row(plot: PointBox, first: Sequence[Label], labels: Sequence[Label]) -> list[Label]:
    """Names with what stands centred right below them, where that is so for several."""
    foot = max(label.frame.y1 for label in first)
    line = median(label.frame.height for label in first)
    lower = [x for x in _along(plot, labels) if x not in first and -0.5 * line <= x.frame.y0 - foot <= 0.3 * line]
    under = {
        label: [x for x in lower if abs(x.frame.cx - label.frame.cx) <= _CENTRED_PT and not x.is_upright]
        for label in first
    }
    if sum(map(bool, under.values())) < 2:
        return list(first)
    return [joined([label, *under[label]]) for label in first]


def _names_above(plot: PointBox, labels: Sequence[Label]) -> list[Label]:
    """Names of lying bars, mirrored: those that end at the plot, else those that begin in line."""
    above = [x for x in _along(plot, labels) if not x.is_upright and x.frame.y1 <= plot.y0 - _BELOW[0]]
    ending = [label for label in above if plot.y0 - label.frame.y1 <= _BELOW[1]]
    starts = Counter(round(x.frame.y0 / _ALIGNED) for x in above if plot.y0 - x.frame.y0 <= _BESIDE)
    if not starts:
        return ending
    start = _ALIGNED * starts.most_common(1)[0][0]
    in_line = [label for label in above if abs(label.frame.y0 - start) <= _ALIGNED]
    return in_line if len(in_line) > len(ending) else ending


def _with_broken_lines(found: Sequence[Label]) -> list[Label]:
    """Names with the lines that touch them put together."""
    rows: list[list[Label]] = []
    for label in sorted(found, key=lambda label: label.frame.cx):
        if rows and label.frame.x0 - rows[-1][-1].frame.x1 <= 0.5:
            rows[-1].append(label)
        else:
            rows.append([label])
    return [joined(row) for row in rows]
