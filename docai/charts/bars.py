"""Filled rectangles on a common foot line to the columns of a bar chart, with the value of every segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from docai.charts.marks import Bar
from docai.charts.plots import Plot
from docai.domain.charts import AxisScale
from docai.domain.geometry import PointBox

_SAME = 0.75
"""Points by which edges that meet may differ: writers round, and outlines overlap."""
_LEAST_WIDTH = 2.0
"""Thinner rectangles, in points, are rules."""
_WIDEST = 0.85
"""Of the plot: wider rectangles are its ground."""
_AT_ZERO = 1.5
"""Points by which the foot line of bars may be off the zero of a measured axis."""
_AT_ZERO_UNMARKED = 4.0
"""The same for an axis fitted to the middles of its labels, which then is moved so that the foot line is at zero."""
_STRAY = 0.1
"""Share of columns that may be something else, such as a box around a remark."""
LEAST_BARS = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """A bar, or one of several on top of one another, and what it says."""

    bar: Bar
    value: float
    far: float
    """Where it ends, y in points."""


@dataclass(frozen=True, slots=True)
class Column:
    """What stands at one place."""

    start: float
    end: float
    """x in points."""
    segments: tuple[Segment, ...]

    @property
    def centre(self) -> float:
        """Its middle, x in points."""
        return (self.start + self.end) / 2


def columns_of(plot: Plot, bars: Sequence[Bar]) -> tuple[Plot, list[Column]] | None:
    """The columns from left to right, and the plot with its axis as the foot line shows it; None where unsure.

    A single bar of a column says the value at its end. Of bars on top of one another each says the difference between
    its ends, which is sure only where the foot line is the axis' zero.
    """
    inside = _inside(plot, bars)
    if any(_is_cut_off(bar.frame, plot) for bar in inside):
        return None
    stacks = _by_place(inside)
    base = _foot_line(stacks, plot)
    if base is None:
        return None
    sides = [(stack, _sides(stack, base)) for stack in stacks]
    sound = [(stack, side) for stack, side in sides if side is not None]
    if len(sound) < LEAST_BARS or len(sides) - len(sound) > _STRAY * len(sides):
        return None
    plot, is_zero = _at_zero(plot, base)
    if not is_zero and any(len(run) > 1 for _, side in sound for run in side):
        return None
    columns = []
    for stack, side in sound:
        segments = tuple(
            Segment(bar, _value(plot, near, far, is_first=not k), far)
            for run in side
            for k, (bar, near, far) in enumerate(run)
        )
        columns.append(Column(stack[0].frame.x0, stack[0].frame.x1, segments))
    return plot, columns


def _inside(plot: Plot, bars: Sequence[Bar]) -> list[Bar]:
    """The bars in the plot, cut at its foot; of those drawn twice in one place the last, which is seen."""
    kept: dict[tuple[float, ...], Bar] = {}
    for bar in bars:
        if _LEAST_WIDTH <= bar.frame.width <= _WIDEST * plot.frame.width and not bar.paint.is_white:
            shown = _above_foot(bar.frame, plot)
            if plot.frame.grown(2 * _SAME).holds_all(shown):
                kept[tuple(round(edge, 1) for edge in shown)] = replace(bar, frame=shown)
    return list(kept.values())


def _above_foot(frame: PointBox, plot: Plot) -> PointBox:
    """The part of a bar that the plot shows where the bar goes on below it, as to the zero of a logarithmic axis."""
    x0, y0, x1, y1 = frame
    if not (y0 < plot.frame.y1 and y1 > plot.frame.y0):
        return frame
    if plot.axis.fit.slope < 0:
        return PointBox(x0, y0, x1, min(y1, plot.frame.y1))
    return PointBox(x0, max(y0, plot.frame.y0), x1, y1)


def _is_cut_off(frame: PointBox, plot: Plot) -> bool:
    """Whether a bar ends at the plot's far edge where no tick is: it goes on beyond what is shown."""
    edge, end = (plot.frame.y0, frame.y0) if plot.axis.fit.slope < 0 else (plot.frame.y1, frame.y1)
    return abs(end - edge) <= _SAME and all(abs(edge - at) > 2 * _SAME for at in plot.axis.positions)


def _by_place(bars: Sequence[Bar]) -> list[list[Bar]]:
    stacks: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda bar: (bar.frame.x0, bar.frame.x1)):
        last = stacks[-1][0].frame if stacks else None
        if last and abs(last.x0 - bar.frame.x0) <= _SAME and abs(last.x1 - bar.frame.x1) <= _SAME:
            stacks[-1].append(bar)
        else:
            stacks.append([bar])
    return stacks


def _foot_line(stacks: Sequence[Sequence[Bar]], plot: Plot) -> float | None:
    """The y at which an edge lies in most places; of several the one nearest to zero, or to the plot's foot."""
    edges = Counter[float]()
    for stack in stacks:
        edges.update({round(2 * y) / 2 for bar in stack for y in (bar.frame.y0, bar.frame.y1)})
    if not edges:
        return None
    zero = plot.axis.fit.position_of(0.0)
    aim = zero if plot.frame.y0 <= zero <= plot.frame.y1 + _AT_ZERO_UNMARKED else plot.frame.y1
    near = {y: edges[y] + edges[y - 0.5] + edges[y + 0.5] for y in edges}
    best = min(near, key=lambda y: (-near[y], abs(y - aim)))
    exact = [y for stack in stacks for bar in stack for y in (bar.frame.y0, bar.frame.y1) if abs(y - best) <= _SAME]
    return sum(exact) / len(exact)


def _sides(stack: Sequence[Bar], base: float) -> tuple[list[tuple[Bar, float, float]], ...] | None:
    """The bars above the foot line and those below, outwards, with near and far end; None if they do not meet."""
    up = sorted((bar for bar in stack if bar.frame.cy <= base), key=lambda bar: -bar.frame.y1)
    down = sorted((bar for bar in stack if bar.frame.cy > base), key=lambda bar: bar.frame.y0)
    runs = (
        [(bar, bar.frame.y1, bar.frame.y0) for bar in up],
        [(bar, bar.frame.y0, bar.frame.y1) for bar in down],
    )
    for run in runs:
        reached = base
        for _, near, far in run:
            if abs(near - reached) > 2 * _SAME:
                return None
            reached = far
    return runs


def _at_zero(plot: Plot, base: float) -> tuple[Plot, bool]:
    """The plot, its axis moved where it was fitted to labels only, and whether the foot line is its zero."""
    axis = plot.axis
    if axis.fit.scale is AxisScale.LOG:
        return plot, False
    off = base - axis.fit.position_of(0.0)
    if axis.marks or abs(off) > _AT_ZERO_UNMARKED:
        return plot, abs(off) <= _AT_ZERO
    moved = replace(axis.fit, intercept=-axis.fit.slope * base)
    return plot.resting_on(axis.resting_on((), moved)), True


def _value(plot: Plot, near: float, far: float, *, is_first: bool) -> float:
    fit = plot.axis.fit
    return fit.value_at(far) if is_first else fit.value_at(far) - fit.value_at(near)
