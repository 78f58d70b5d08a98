"""A chart's values held against those that the PDF's own drawing says."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from docai.charts.labels import number_of
from docai.domain.charts import AxisFit, AxisScale, Chart, DataPoint, Series
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block
from docai.grounding.numbers import quantity_of
from docai.grounding.spelling import normalised

_OFF = 0.01
"""Of the axis' range: what a drawing tells at best on paper. Beside it, a value may be rounded as it is said."""
_SHARES = 100.0
"""The range of a pie's shares in percent."""
_SAME_NAME = 85.0
"""Of 100: names this alike are of one series or category; a model may misread a letter of one."""
_SAME_PLACE = 0.5
"""Share of the smaller box that two readings of one chart have in common."""


def drawn_as(block: Block, drawn: Sequence[Block]) -> Block | None:
    """The chart from the drawing that stands in the block's place."""
    shares = [(_share(block.box, each.box), each) for each in drawn if each.chart is not None]
    share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return best if share > _SAME_PLACE else None


def check_drawing(index: int, chart: Chart, drawn: Chart) -> list[Check]:
    """Whether every value is the drawing's: of the values found by name, those that agree and those in doubt.

    In doubt are values that the drawing has otherwise, those that it has not, and, by the boxes alone, those that the
    reading leaves out. A value that the reading calls unreadable is not in doubt.

    Args:
        index: of the block on its page.
        chart: as read.
        drawn: as read from the drawing.
    """
    pairs = _series_pairs(chart, drawn)
    agreed: list[tuple[int, int]] = []
    doubts: dict[tuple[int, int], str] = {}
    boxes: list[Box] = []
    n_found = 0
    for s, other in pairs:
        unused = list(other.points)
        for p, point in enumerate(chart.series[s].points):
            match = _point_like(point, unused)
            if match is not None:
                unused.remove(match)
                n_found += 1
            if point.value is None:
                continue
            if match is None:
                doubts[s, p] = f"{point.category}: {point.text} is not drawn"
            elif _agree(point, match, drawn):
                agreed.append((s, p))
            else:
                doubts[s, p] = f"{point.category}: {point.text}, drawn {match.text}"
                boxes += [match.box] if match.box else []
        boxes += [point.box for point in unused if point.box]
        doubts |= {(s, -1 - k): f"{x.category}: {x.text} is drawn and not read" for k, x in enumerate(unused)}
    if not n_found:
        message = "None of the chart's values has the name of one that is drawn there."
        return [Check(name=CheckName.DRAWING_AGREES, result=CheckResult.UNDECIDED, message=message, block=index)]
    return [*_passed(index, agreed), *_failed(index, doubts, boxes)]


def _passed(index: int, agreed: Sequence[tuple[int, int]]) -> list[Check]:
    if not agreed:
        return []
    message = f"{len(agreed)} values are what the page draws, within {_OFF:.0%} of the axis."
    return [
        Check(
            name=CheckName.DRAWING_AGREES,
            result=CheckResult.PASSED,
            message=message,
            block=index,
            points=tuple(agreed),
        )
    ]


def _failed(index: int, doubts: dict[tuple[int, int], str], boxes: Sequence[Box]) -> list[Check]:
    if not doubts:
        return []
    return [
        Check(
            name=CheckName.DRAWING_AGREES,
            result=CheckResult.FAILED,
            message=f"Not as the page draws it: {'; '.join(doubts.values())}.",
            block=index,
            points=tuple(place for place in doubts if place[1] >= 0),
            boxes=tuple(boxes),
        )
    ]


def _series_pairs(chart: Chart, drawn: Chart) -> list[tuple[int, Series]]:
    """Series with the drawn ones of the same name; a single one goes with a single one, whatever they are called."""
    if len(chart.series) == len(drawn.series) == 1:
        return [(0, drawn.series[0])]
    left = list(drawn.series)
    pairs = []
    for s, series in enumerate(chart.series):
        match = next((x for x in left if x.name and normalised(x.name) == normalised(series.name)), None)
        match = match or next((x for x in left if x.name and _alike(x.name, series.name)), None)
        if match is not None:
            left.remove(match)
            pairs.append((s, match))
    return pairs


def _point_like(point: DataPoint, points: Sequence[DataPoint]) -> DataPoint | None:
    """The drawn point of the same category; of the same number where categories are numbers."""
    said = normalised(point.category)
    number = number_of(point.category)
    for other in points:
        if normalised(other.category) == said or (number is not None and number_of(other.category) == number):
            return other
    if number is not None:
        return None
    return next((x for x in points if number_of(x.category) is None and _alike(x.category, point.category)), None)


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(normalised(one).casefold(), normalised(other).casefold()) >= _SAME_NAME


def _agree(point: DataPoint, drawn: DataPoint, chart: Chart) -> bool:
    if point.value is None or drawn.value is None:
        return False
    fit = chart.y_axis.fit
    if fit is not None and fit.scale is AxisScale.LOG:
        return point.value > 0 and _is_near_on_log(point.value, drawn.value, fit)
    quantity = quantity_of(point.text)
    rounding = 0.5 * 10.0**-quantity.decimals if quantity is not None else 0.0
    whole = fit.high - fit.low if fit is not None else _SHARES
    return abs(point.value - drawn.value) <= max(_OFF * whole, rounding)


def _is_near_on_log(one: float, other: float, fit: AxisFit) -> bool:
    return abs(fit.position_of(one) - fit.position_of(other)) <= _OFF * fit.stretch


def _share(one: Box, other: Box) -> float:
    smaller = min(one.area, other.area)
    return one.overlap(other) / smaller if smaller else 0.0
