"""A chart's tick labels looked up on the page, and the axis fitted to where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.charts.assembly import axis_fit_of
from docai.charts.labels import labels_of, number_of
from docai.charts.marks import Drawing, Label
from docai.charts.ticks import ValueAxis, value_axes
from docai.domain.charts import Axis, AxisDirection, AxisFit
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box, PageSize, PointBox
from docai.domain.words import PageWords, Witness
from docai.grounding.spelling import normalised

_SIZE = PageSize(width_pt=595.0, height_pt=842.0)
"""Words carry no page size: distances are taken as on A4, which is near enough for what stands in line."""
_AROUND = 0.02
"""Of the page: tick labels may stand beside the box that a reader draws around its chart."""
_IN_LINE_PT = 2.5
_WELL_FITTED = 0.02
"""A residual above this share of the axis is no axis: labels of print stand off their ticks by less."""


@dataclass(frozen=True, slots=True)
class SeenAxis:
    """An axis of numbers that stands on the page in a chart's box."""

    axis: ValueAxis
    direction: AxisDirection

    @property
    def fit(self) -> AxisFit:
        """Values by position, in fractions of the page."""
        ticks = [label.text for label in self.axis.labels]
        left_out = [label.text for label in self.axis.left_out]
        return axis_fit_of(self.axis.fit, ticks, left_out, self.direction, _SIZE)

    def boxes_of(self, labels: Sequence[Label]) -> tuple[Box, ...]:
        """Where labels stand on the page."""
        frames = [x.frame if self.direction is AxisDirection.DOWN else x.frame.transposed() for x in labels]
        return tuple(Box.from_points(frame, _SIZE) for frame in frames)


def labels_in(box: Box, words: PageWords) -> list[Label]:
    """The labels in and right beside a box."""
    around = PointBox(*box.to_points(_SIZE)).grown(_AROUND * _SIZE.height_pt)
    return [label for label in labels_of(words.words, _SIZE) if around.holds(label.frame.cx, label.frame.cy)]


def axes_in(labels: Sequence[Label]) -> list[SeenAxis]:
    """The axes of numbers among labels, those with most ticks first; fitted to the labels' middles."""
    down = [SeenAxis(axis, AxisDirection.DOWN) for axis in value_axes(labels, Drawing())]
    mirrored = [label.transposed() for label in labels]
    across = [SeenAxis(axis, AxisDirection.ACROSS) for axis in value_axes(mirrored, Drawing())]
    return sorted(down + across, key=lambda seen: -len(seen.axis.labels))


def axis_of(said: Axis, axes: Sequence[SeenAxis]) -> SeenAxis | None:
    """The axis on the page that shares most ticks with the one that was read, where it shares any."""
    shared = [(len(_numbers(said) & {number_of(label.text) for label in seen.axis.labels}), seen) for seen in axes]
    count, best = max(shared, key=lambda pair: pair[0], default=(0, None))
    return best if count else None


def check_axis(
    index: int, said: Axis, seen: SeenAxis | None, labels: Sequence[Label], witness: Witness | None
) -> list[Check]:
    """Whether the ticks that were read stand on the page in a line, and whether what stands there is an axis."""
    checks = [_ticks_found(index, said, labels, witness)] if said.ticks else []
    if seen is not None:
        checks.append(_fitted(index, said, seen))
    elif len(_numbers(said)) == len(said.ticks) and said.ticks:
        message = f"Fewer than three of the ticks {_listed(said.ticks)} stand in a line: no axis can be fitted to them."
        checks.append(Check(name=CheckName.AXIS_FIT, result=CheckResult.UNDECIDED, message=message, block=index))
    return checks


def _ticks_found(index: int, said: Axis, labels: Sequence[Label], witness: Witness | None) -> Check:
    places = {tick: [label for label in labels if _says(label, tick)] for tick in said.ticks}
    missing = [tick for tick, found in places.items() if not found]
    found = [tick for tick in said.ticks if tick not in missing]
    if not found:
        result, message = CheckResult.UNDECIDED, "No print in the chart says any of its ticks."
    elif missing:
        is_sure = witness is Witness.TEXT_LAYER
        result = CheckResult.FAILED if is_sure else CheckResult.UNDECIDED
        message = f"{len(found)} of {len(said.ticks)} ticks stand on the page; {_listed(missing)} do not."
    elif not _is_line([places[tick] for tick in found]):
        result, message = CheckResult.FAILED, f"The ticks {_listed(found)} stand on the page, but not in a line."
    else:
        result, message = CheckResult.PASSED, f"All {len(found)} ticks stand on the page in a line."
    first = [places[tick][0] for tick in found]
    boxes = tuple(Box.from_points(label.frame, _SIZE) for label in first)
    return Check(name=CheckName.TICKS_FOUND, result=result, message=message, block=index, boxes=boxes)


def _fitted(index: int, said: Axis, seen: SeenAxis) -> Check:
    fit = seen.fit
    wrong = [tick for tick in said.ticks if _is_elsewhere(tick, seen)]
    what = f"{fit.n_ticks} ticks, {fit.scale.value}, off by at most {fit.residual:.1%} of the axis"
    off = [label for label in seen.axis.left_out if label.text in wrong]
    if wrong:
        result, message = CheckResult.FAILED, f"{_listed(wrong)} does not fit the axis of the other ticks ({what})."
    elif fit.residual > _WELL_FITTED:
        result, message = CheckResult.UNDECIDED, f"The ticks stand unevenly: {what}."
    else:
        left_out = f"; left out: {_listed(fit.left_out)}" if fit.left_out else ""
        result, message = CheckResult.PASSED, f"The axis is fitted to {what}{left_out}."
    return Check(name=CheckName.AXIS_FIT, result=result, message=message, block=index, boxes=seen.boxes_of(off))


def _is_elsewhere(tick: str, seen: SeenAxis) -> bool:
    """Whether a tick that was read is printed among the axis' labels where the axis has another value."""
    number = number_of(tick)
    values = [number_of(label.text) for label in seen.axis.labels]
    return number is not None and number not in values and any(_says(x, tick) for x in seen.axis.left_out)


def _says(label: Label, tick: str) -> bool:
    number = number_of(tick)
    return normalised(label.text) == normalised(tick) or (number is not None and number_of(label.text) == number)


def _is_line(places: Sequence[Sequence[Label]]) -> bool:
    """Whether some place of every tick is in line with some place of the first."""
    for first in places[0]:
        for edge in ("x0", "x1", "cx", "y0", "y1", "cy"):
            at = float(getattr(first.frame, edge))
            if all(any(abs(float(getattr(x.frame, edge)) - at) <= _IN_LINE_PT for x in each) for each in places):
                return True
    return False


def _numbers(said: Axis) -> set[float]:
    return {number for tick in said.ticks if (number := number_of(tick)) is not None}


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(repr(text) for text in texts)
