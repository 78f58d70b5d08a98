"""Charts read from the drawing in the place of the figures that the layout sees."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from docai.charts.assembly import ENGINE, FoundChart
from docai.dialects.charts import chart_text
from docai.domain.geometry import Box, PageSize
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.pdf.layout_regions import Region, bounds
from docai.pdf.layout_text import in_reading_order, text_of
from docai.pdf.reading_order import Rects
from docai.pdf.tables import FoundTable

_IN_TABLE = 0.5
"""A chart whose plot lies in a table with more than this share is that table's rules and shades."""
_PART = 0.9
"""A figure of which more than this share lies in a chart is a part of it."""
_IN_FIGURE = 0.6
"""Share that a chart's plot and its figure have in common, of the smaller one."""


def without_tables(charts: Sequence[FoundChart], tables: Sequence[FoundTable]) -> list[FoundChart]:
    """The charts that are no table."""
    return [c for c in charts if not any(c.plot.overlap(t.box) > _IN_TABLE * c.plot.area for t in tables)]


def with_charts(
    regions: Sequence[Region], charts: Sequence[FoundChart], size: PageSize, taken: Set[int]
) -> list[Region]:
    """The regions, with charts for the figures that they are; a figure of several charts gives way to them.

    Args:
        regions: without words yet; a chart's has the words that the chart was read from.
        charts: of the page.
        size: of the page.
        taken: ids of words that are of tables and fields.
    """
    figures = [_figure_of(chart, regions, size) for chart in charts]
    given: set[int] = set(taken)
    kept: list[Region] = []
    for k, region in enumerate(regions):
        mine = [chart for chart, figure in zip(charts, figures, strict=True) if figure == k]
        kept += [] if mine or _is_within(region, charts, size) else [region]
        kept += [_region(chart, size, given, region if len(mine) == 1 else None) for chart in mine]
    lone = [chart for chart, figure in zip(charts, figures, strict=True) if figure is None]
    return kept + [_region(chart, size, given) for chart in lone]


def chart_block(region: Region, words: Sequence[Word], rects: Rects, size: PageSize, *, known: frozenset[str]) -> Block:
    """A chart's block: its title and values as a table, then what else is printed there.

    Args:
        region: with a chart and all its words.
        words: of the page.
        rects: their boxes (N, 4) in points.
        size: of the page.
        known: the page's vocabulary.
    """
    assert region.chart is not None
    own = set(region.chart.word_ids)
    rest = text_of(in_reading_order([i for i in region.word_ids if i not in own], words), words, known)
    ids = [i for line in in_reading_order(region.word_ids, words) for i in line]
    return Block(
        kind=BlockKind.CHART,
        text="\n".join(filter(None, [chart_text(region.chart.chart), rest])),
        box=Box.from_points(bounds(np.vstack([rects[ids], [region.rect]])), size),
        word_ids=tuple(ids),
        chart=region.chart.chart,
        reader=ENGINE,
    )


def _figure_of(chart: FoundChart, regions: Sequence[Region], size: PageSize) -> int | None:
    """The index of the figure that holds most of the chart's plot, or that is mostly within it."""
    best, best_share = None, _IN_FIGURE
    for k, region in enumerate(regions):
        figure = Box.from_points(region.rect, size)
        smaller = min(chart.plot.area, figure.area)
        if region.kind is BlockKind.FIGURE and smaller and chart.plot.overlap(figure) / smaller > best_share:
            best, best_share = k, chart.plot.overlap(figure) / smaller
    return best


def _is_within(region: Region, charts: Sequence[FoundChart], size: PageSize) -> bool:
    """Whether what the layout takes for a figure is a part of a chart, such as the samples of its legend."""
    box = Box.from_points(region.rect, size)
    return region.kind is BlockKind.FIGURE and any(c.box.overlap(box) > _PART * box.area for c in charts)


def _region(chart: FoundChart, size: PageSize, given: set[int], figure: Region | None = None) -> Region:
    """The chart as a region, with what the layout sees of its figure; its words are added to those given away."""
    own = [i for i in chart.word_ids if i not in given]
    given.update(own)
    rect = chart.box.to_points(size)
    return Region(
        kind=BlockKind.CHART,
        rect=bounds(np.array([rect, figure.rect])) if figure else rect,
        lines=list(figure.lines) if figure else [rect],
        word_ids=own,
        chart=chart,
    )
