"""The values of a page one by one, each with its place and evidence: cells and chart values in place of blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docai.domain.charts import Chart
from docai.domain.checks import CellPlace
from docai.domain.evidence import Evidence
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import Block, PageParse
from docai.domain.tables import Table


@dataclass(frozen=True, slots=True)
class PageValue:
    """One value of a page."""

    place: ValuePlace
    text: str
    evidence: Evidence | None
    box: Box | None
    """Where its evidence says that it stands, else its own."""


def page_values(parse: PageParse) -> Iterator[PageValue]:
    """Every value, block by block; a table's cells and a chart's values stand for the block."""
    for index, block in enumerate(parse.blocks):
        if block.table is not None:
            yield from _cells(index, block.table)
        elif block.chart is not None and any(series.points for series in block.chart.series):
            yield from _points(index, block.chart)
        else:
            yield _of_block(index, block)


def _of_block(index: int, block: Block) -> PageValue:
    return PageValue(ValuePlace(block=index), block.text, block.evidence, _box(block.evidence, block.box))


def _cells(index: int, table: Table) -> Iterator[PageValue]:
    for cell in table.cells:
        place = ValuePlace(block=index, cell=CellPlace(row=cell.row, col=cell.col))
        yield PageValue(place, cell.text, cell.evidence, _box(cell.evidence, cell.box))


def _points(index: int, chart: Chart) -> Iterator[PageValue]:
    for at, series in enumerate(chart.series):
        for position, point in enumerate(series.points):
            place = ValuePlace(block=index, point=(at, position))
            yield PageValue(place, point.text, point.evidence, _box(point.evidence, point.box))


def _box(evidence: Evidence | None, own: Box | None) -> Box | None:
    return own if evidence is None or evidence.box is None else evidence.box
