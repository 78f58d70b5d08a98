"""Numbers in a line to value axes: tick labels, the tick marks or gridlines that they stand at, and the fit."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from docai.charts.axis_fit import LEAST_TICKS, Fit, fit_axis
from docai.charts.labels import number_of
from docai.charts.marks import Drawing, Label, Rule
from docai.domain.charts import AxisScale
from docai.domain.geometry import PointBox

_IN_LINE = 1.5
"""Points by which the edges or middles of labels in one column may differ."""
_REACH = 16.0
"""Points between a label and its tick mark at most."""
_OFF = 0.45
"""A tick mark stands this near to the middle of its label, over the label's height."""
_LONGEST_MARK = 12.0
"""Points; longer strokes are gridlines, or the foot of the plot, which may be near a label without being its tick."""
_AS_LONG = 0.8
"""Marks of one axis that have a label are equally long, up to this share."""
_MARKED = 0.6
"""Share of the labels at which a mark must stand, for marks to be what the axis is fitted to."""
_STEADY = 0.25
"""Distances between neighbouring ticks of a linear axis are alike up to this share: rules of ticks left out aside."""
_LEAST_SHARES = 2
"""A pie has so many shares."""
_POWERLESS = re.compile(r"10\d")
"""What a power of ten looks like whose exponent is not told from a digit."""


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """An axis down the page whose labels are numbers, beside a plot."""

    fit: Fit
    labels: tuple[Label, ...]
    """Tick labels that fit, from top to bottom."""
    left_out: tuple[Label, ...]
    """Labels between them that do not."""
    marks: tuple[Rule, ...]
    """Tick marks and gridlines at the labels; none where the fit rests on the labels' middles."""

    @property
    def frame(self) -> PointBox:
        """Around the labels."""
        first, *others = self.labels
        return first.frame.joined(*(label.frame for label in others))

    @property
    def low_y(self) -> float:
        """Top of the stretch that has ticks."""
        return min(self.positions)

    @property
    def high_y(self) -> float:
        """Foot of it."""
        return max(self.positions)

    @property
    def positions(self) -> tuple[float, ...]:
        """Where the ticks stand by the fit."""
        return tuple(self.fit.position_of(number_of(label.text) or 0.0) for label in self.labels)

    @property
    def step(self) -> float:
        """Usual distance between neighbouring ticks in points."""
        at = sorted(self.positions)
        return median(b - a for a, b in pairwise(at))

    @property
    def value_range(self) -> float:
        """From the least to the greatest tick that fits."""
        values = [number_of(label.text) or 0.0 for label in self.labels]
        return max(values) - min(values)

    def resting_on(self, marks: Sequence[Rule], fit: Fit) -> ValueAxis:
        """The same axis fitted anew."""
        return replace(self, fit=fit, marks=tuple(marks))


def value_axes(labels: Sequence[Label], drawing: Drawing) -> list[ValueAxis]:
    """The axes down the page, those with most ticks first.

    A label's middle is near its tick, not at it; where marks stand at most labels, they are what is measured.
    """
    numbers = [label for label in labels if not label.is_upright and number_of(label.text) is not None]
    found: list[ValueAxis] = []
    for column in _columns(numbers):
        found += _axes_of(column)
    marked = [_at_marks(axis, drawing.across) for axis in found]
    marked.sort(key=lambda axis: (-len(axis.labels), axis.fit.residual))
    kept: list[ValueAxis] = []
    for axis in marked:
        is_sure = axis.marks or not any(label.is_slanted for label in axis.labels)
        if is_sure and not any(set(axis.labels) & set(other.labels) for other in kept):
            kept.append(axis)
    return kept


def may_be_of_charts(labels: Sequence[Label]) -> bool:
    """Whether numbers stand in a line as tick labels do, or shares as at a pie: a cheap look before the drawing."""
    numbers = [label for label in labels if number_of(label.text) is not None]
    if sum(label.text.endswith("%") for label in numbers) >= _LEAST_SHARES:
        return True
    mirrored = [label.transposed() for label in numbers]
    return any(_is_powers(column) or _axes_of(column) for side in (numbers, mirrored) for column in _columns(side))


def _columns(numbers: Sequence[Label]) -> list[list[Label]]:
    """Labels whose right edges, left edges or middles are in line; one label may be in several."""
    columns: list[list[Label]] = []
    for edge in ("x1", "x0", "cx"):
        ordered = sorted(numbers, key=lambda label: float(getattr(label.frame, edge)))
        at = [float(getattr(label.frame, edge)) for label in ordered]
        start = 0
        while start < len(ordered):
            end = bisect.bisect_right(at, at[start] + _IN_LINE)
            if end - start >= LEAST_TICKS:
                columns.append(sorted(ordered[start:end], key=lambda label: label.frame.cy))
            start = end
    unique = {tuple(label.word_ids for label in column): column for column in columns}
    return list(unique.values())


def _axes_of(column: Sequence[Label]) -> list[ValueAxis]:
    """The axes in one column of numbers, one above the other."""
    left = list(column)
    found: list[ValueAxis] = []
    while len(left) >= LEAST_TICKS:
        axis = _best_axis(left)
        if axis is None:
            break
        found.append(axis)
        taken = {*axis.labels, *axis.left_out}
        left = [label for label in left if label not in taken]
    return found


def _best_axis(column: Sequence[Label]) -> ValueAxis | None:
    fit = fit_axis([label.frame.cy for label in column], [number_of(label.text) or 0.0 for label in column])
    if fit is None:
        return None
    ticks = [column[i] for i in fit.inliers]
    between = [i for i in range(fit.inliers[0], fit.inliers[-1] + 1) if i not in fit.inliers]
    if len(between) > len(ticks) / 3 or _is_powers(ticks):
        return None
    if fit.scale is AxisScale.LINEAR and not _is_steady([label.frame.cy for label in ticks]):
        return None
    return ValueAxis(fit, tuple(ticks), tuple(column[i] for i in between), ())


def _is_steady(at: Sequence[float]) -> bool:
    """Whether the distances are whole multiples of the least one, as those between ticks are."""
    steps = [b - a for a, b in pairwise(at)]
    least = min(steps)
    return least > 0 and all(abs(step / least - round(step / least)) <= _STEADY for step in steps)


def _is_powers(ticks: Sequence[Label]) -> bool:
    """Whether they may be powers of ten with lost exponents: 100, 101, 102."""
    return all(_POWERLESS.fullmatch(label.text) for label in ticks)


def _at_marks(axis: ValueAxis, across: Sequence[Rule]) -> ValueAxis:
    """The axis fitted to the tick marks at its labels, or to the gridlines, where there are enough."""
    short = [rule for rule in across if rule.length <= _LONGEST_MARK]
    long = [rule for rule in across if rule.length > _LONGEST_MARK]
    found = [fitted for rules in (short, long) if (fitted := _fitted_to(axis, rules)) is not None]
    return max(found, key=lambda fitted: len(fitted.marks), default=axis)


def _fitted_to(axis: ValueAxis, rules: Sequence[Rule]) -> ValueAxis | None:
    marks = [_mark_of(label, rules) for label in axis.labels]
    seen = [(label, mark) for label, mark in zip(axis.labels, marks, strict=True) if mark is not None]
    if len(seen) < max(LEAST_TICKS, _MARKED * len(axis.labels)):
        return None
    fit = fit_axis([mark.at for _, mark in seen], [number_of(label.text) or 0.0 for label, _ in seen])
    if fit is None or fit.scale is not axis.fit.scale or len(fit.inliers) < _MARKED * len(axis.labels):
        return None
    return axis.resting_on([seen[i][1] for i in fit.inliers], fit)


def _mark_of(label: Label, rules: Sequence[Rule]) -> Rule | None:
    """The stroke that begins or ends beside the label, nearest to its middle; marks without a label are shorter."""
    frame = label.frame
    near = [
        rule
        for rule in rules
        if abs(rule.at - frame.cy) <= _OFF * frame.height
        and (-2 <= rule.start - frame.x1 <= _REACH or -2 <= frame.x0 - rule.end <= _REACH)
    ]
    longest = max((rule.length for rule in near), default=0.0)
    alike = [rule for rule in near if rule.length >= _AS_LONG * longest]
    return min(alike, key=lambda rule: abs(rule.at - frame.cy), default=None)
