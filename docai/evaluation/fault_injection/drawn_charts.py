"""Charts drawn by lot: how many values are read from the drawing, and how many wrong ones it contradicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from docai.charts.assembly import ENGINE
from docai.charts.labels import number_of
from docai.checks.charts import check_chart
from docai.domain.charts import Chart, ChartKind, DataPoint, Series
from docai.domain.checks import CheckResult
from docai.domain.parses import Block, BlockKind
from docai.domain.words import PageWords
from docai.evaluation.fault_injection.figures import Row, Share
from docai.evaluation.fault_injection.opening import Opener
from docai.pdf.draw_chart import KINDS, DrawnChart, draw_chart
from docai.pdf.draw_chart_axes import Scale

SOURCE = "charts"
_OF_VALUES = 4
_TOLERANCE = 0.01
"""Of the axis."""
_OFF = (0.05, 0.3)
"""A wrong value is off by so much of the axis, at least and at most."""


def measure_charts(
    numbers: Sequence[int],
    share: float,
    folder: Path,
    opener: Opener,
    *,
    on_chart: Callable[[], None],
    kinds: Sequence[str] = tuple(KINDS),
) -> list[Row]:
    """Draw charts, read them and hold readings with wrong values against the drawing.

    Args:
        numbers: seeds, one for a chart of each kind.
        share: of the values; as there are few, four times as many are made wrong.
        folder: where they are written.
        opener: reads them.
        on_chart: called after each chart.
        kinds: of those in `docai.pdf.draw_chart`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for kind in kinds:
        for number in numbers:
            drawn = draw_chart(kind, number)
            path = folder / f"{kind}-{number}.pdf"
            path.write_bytes(drawn.pdf)
            with opener.document(path) as document:
                page = opener.page(path, document, 1, lays_out=True)
            read = [block for block in page.blocks if block.reader == ENGINE]
            rows.append(_points_read(drawn, read))
            chance = Random(f"{kind} {number}")  # noqa: S311 - repeatable, not secret
            rows.append(_wrong_values(drawn, read, page.words, min(1.0, _OF_VALUES * share), chance))
            on_chart()
    return rows


def _points_read(drawn: DrawnChart, read: Sequence[Block]) -> Row:
    charts = [block.chart for block in read if block.chart]
    right = max((n_right(drawn.chart, chart, drawn.scale) for chart in charts), default=0)
    n_read = sum(len(series.points) for chart in charts for series in chart.series)
    found = Share(hits=right, n=sum(len(series.points) for series in drawn.chart.series))
    return Row(source=SOURCE, kind="points_read", found=found, false=Share(hits=n_read - right, n=n_read))


def n_right(truth: Chart, found: Chart, scale: Scale) -> int:
    """How many of the true points were read within a hundredth of the axis, in the series of the same name."""
    by_name = {series.name: series for series in found.series}
    return sum(
        any(_is_same(point, other, truth.kind, scale, by_name[series.name]) for other in by_name[series.name].points)
        for series in truth.series
        if series.name in by_name
        for point in series.points
    )


def _is_same(point: DataPoint, other: DataPoint, kind: ChartKind, scale: Scale, series: Series) -> bool:
    if point.value is None or other.value is None or abs(_off(point.value, other.value, scale)) > _TOLERANCE:
        return False
    if kind is not ChartKind.SCATTER:
        return point.category == other.category
    places = [number_of(each.category) or 0.0 for each in series.points]
    across = (number_of(point.category) or 0.0) - (number_of(other.category) or 0.0)
    return abs(across) <= _TOLERANCE * (max(places) - min(places))


def _off(value: float, other: float, scale: Scale) -> float:
    """How far two values are apart, as a share of the axis."""
    if scale.is_log:
        return math.log(other / value) / math.log(scale.high / scale.low)
    return (other - value) / (scale.high - scale.low)


def _wrong_values(drawn: DrawnChart, read: Sequence[Block], words: PageWords, share: float, chance: Random) -> Row:
    """A model's reading with some values off: which of them a failed check names, and which right ones."""
    wrong: set[tuple[int, int]] = set()
    all_series = []
    for s, series in enumerate(drawn.chart.series):
        points = list(series.points)
        for p, point in enumerate(points):
            if point.value is not None and chance.random() < share:
                points[p] = _moved(point, point.value, drawn.scale, chance)
                wrong.add((s, p))
        all_series.append(series.model_copy(update={"points": tuple(points)}))
    chart = drawn.chart.model_copy(update={"series": tuple(all_series)})
    places = [block.box for block in read]
    if not places:
        n = sum(len(series.points) for series in all_series)
        return Row(source=SOURCE, kind="wrong_values", found=Share(n=len(wrong)), false=Share(n=n - len(wrong)))
    block = Block(kind=BlockKind.CHART, text="", box=places[0], chart=chart)
    checks = check_chart(0, block, words, read)
    named = {point for check in checks if check.result is CheckResult.FAILED for point in check.points}
    clean = {(s, p) for s, series in enumerate(all_series) for p in range(len(series.points))} - wrong
    return Row(
        source=SOURCE,
        kind="wrong_values",
        found=Share(hits=len(named & wrong), n=len(wrong)),
        false=Share(hits=len(named & clean), n=len(clean)),
    )


def _moved(point: DataPoint, value: float, scale: Scale, chance: Random) -> DataPoint:
    off = chance.uniform(*_OFF) * chance.choice((-1, 1))
    moved = value * (scale.high / scale.low) ** off if scale.is_log else value + off * (scale.high - scale.low)
    return point.model_copy(update={"value": moved, "text": f"{moved:.6g}"})
