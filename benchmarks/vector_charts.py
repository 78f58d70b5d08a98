"""Charts drawn as vectors and read again: the share of points within a hundredth of the axis."""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter

import pymupdf

from docai.charts.labels import number_of
from docai.domain.charts import Chart, ChartKind, DataPoint, Series
from docai.domain.geometry import PointBox
from docai.pdf.draw_chart import KINDS, DrawnChart, draw_chart
from docai.pdf.draw_chart_axes import Scale
from docai.pdf.drawings import find_charts
from docai.pdf.words import read_words

TOLERANCE = 0.01


def read(drawn: DrawnChart) -> tuple[list[Chart], float]:
    """The charts found on the page, and the seconds that it took."""
    with pymupdf.open(stream=drawn.pdf) as pdf:
        words = read_words(pdf[0]).words
        start = time.perf_counter()
        charts = find_charts(pdf[0], words, [PointBox(*pdf[0].rect)])
        return [found.chart for found in charts], time.perf_counter() - start


def n_right(truth: Chart, found: Chart, scale: Scale) -> int:
    """How many of the true points were read within a hundredth of the axis."""
    by_name = {series.name: series for series in found.series}
    return sum(
        _has(point, by_name[series.name], truth.kind, scale)
        for series in truth.series
        if series.name in by_name
        for point in series.points
    )


def _has(point: DataPoint, series: Series, kind: ChartKind, scale: Scale) -> bool:
    if kind is ChartKind.SCATTER:
        return any(_is_near(point, other, scale) and _is_at(point, other, series) for other in series.points)
    return any(point.category == other.category and _is_near(point, other, scale) for other in series.points)


def _is_near(point: DataPoint, other: DataPoint, scale: Scale) -> bool:
    if point.value is None or other.value is None:
        return False
    if scale.is_log:
        off = math.log(other.value / point.value) / math.log(scale.high / scale.low)
    else:
        off = (other.value - point.value) / (scale.high - scale.low)
    return abs(off) <= TOLERANCE


def _is_at(point: DataPoint, other: DataPoint, series: Series) -> bool:
    """Whether two markers stand at one place across, within a hundredth of the stretch that markers take."""
    places = [number_of(each.category) or 0.0 for each in series.points]
    off = (number_of(point.category) or 0.0) - (number_of(other.category) or 0.0)
    return abs(off) <= TOLERANCE * (max(places) - min(places))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=30, help="charts of every kind")
    args = parser.parse_args()
    points: Counter[str] = Counter()
    right: Counter[str] = Counter()
    invented: Counter[str] = Counter()
    seconds = 0.0
    for kind in KINDS:
        for seed in range(args.first, args.first + args.count):
            drawn = draw_chart(kind, seed)
            charts, took = read(drawn)
            seconds += took
            points[kind] += sum(len(series.points) for series in drawn.chart.series)
            n_read = sum(len(series.points) for chart in charts for series in chart.series)
            n_good = max((n_right(drawn.chart, chart, drawn.scale) for chart in charts), default=0)
            right[kind] += n_good
            invented[kind] += n_read - n_good
        print(f"{kind:13} {right[kind]:5} of {points[kind]:5} points, {invented[kind]} read wrongly")
    share = sum(right.values()) / sum(points.values())
    n_charts = args.count * len(KINDS)
    print(f"all           {share:.4f} of {sum(points.values())} points within 1 % of the axis")
    print(f"{1000 * seconds / n_charts:.1f} ms a chart")


if __name__ == "__main__":
    main()
