"""Blocks, tables and cells on the wire, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from docai.api.min_verdict import is_shown
from docai.api.schemas.charts import ChartOut
from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.documents import Page
from docai.domain.evidence import Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table

WITHHELD = "Null where the verdict is below the `min_verdict` asked for."


class CellOut(WireModel):
    """A cell; rows and columns count from 0."""

    row: int
    col: int
    row_span: int
    col_span: int
    role: CellRole
    text: str | None = Field(description=WITHHELD)
    box: BoxOut | None
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, cell: Cell, floor: Verdict | None = None) -> Self:
        """From the domain; without its text where its verdict is below the floor."""
        return cls(
            row=cell.row,
            col=cell.col,
            row_span=cell.row_span,
            col_span=cell.col_span,
            role=cell.role,
            text=cell.text if is_shown(cell.evidence, floor) else None,
            box=None if cell.box is None else box_out(cell.box),
            evidence=EvidenceOut.of(cell.evidence),
        )


class TableOut(WireModel):
    """A table."""

    number: int = Field(description="Counts from 1 through the document.")
    page: int
    box: BoxOut
    caption: str | None
    n_rows: int
    n_cols: int
    engine: str
    cells: list[CellOut]

    @classmethod
    def of(cls, table: Table, *, number: int, page: int, box: Box, floor: Verdict | None = None) -> Self:
        """From the domain; cells below the floor without their text."""
        return cls(
            number=number,
            page=page,
            box=box_out(box),
            caption=table.caption,
            n_rows=table.n_rows,
            n_cols=table.n_cols,
            engine=table.engine,
            cells=[CellOut.of(cell, floor) for cell in table.cells],
        )


class BlockOut(WireModel):
    """A piece of a page, in reading order."""

    kind: BlockKind
    text: str | None = Field(
        description=f"{WITHHELD} Of a table or chart, where one of its cells or values is; what is not stands in them."
    )
    box: BoxOut
    level: int | None
    label: str | None
    word_ids: list[int]
    table_number: int | None = Field(description="Which of the document's tables this block is.")
    chart: ChartOut | None
    continues_previous: bool = Field(
        description="Whether it goes on from the block before it, or from the last one of the page before."
    )
    reader: str | None = Field(description="What read this block, where that is not the page's own engine.")
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, block: Block, *, table_number: int | None, floor: Verdict | None = None) -> Self:
        """From the domain; without its text where it, or something in it, is below the floor."""
        return cls(
            kind=block.kind,
            text=block.text if _is_all_shown(block, floor) else None,
            box=box_out(block.box),
            level=block.level,
            label=block.label,
            word_ids=list(block.word_ids),
            table_number=table_number,
            chart=_chart_out(block, floor),
            continues_previous=block.continues_previous,
            reader=block.reader,
            evidence=EvidenceOut.of(block.evidence),
        )


def tables_of(pages: Iterable[Page], floor: Verdict | None = None) -> list[TableOut]:
    """All tables of a document, numbered from 1; cells below the floor without their text."""
    tables: list[TableOut] = []
    for page in pages:
        tables += blocks_and_tables(page.parse, first_table=len(tables) + 1, floor=floor)[1]
    return tables


def blocks_and_tables(
    parse: PageParse | None, *, first_table: int, floor: Verdict | None = None
) -> tuple[list[BlockOut], list[TableOut]]:
    """A result's blocks, and its tables numbered from `first_table`; values below the floor without their text."""
    blocks: list[BlockOut] = []
    tables: list[TableOut] = []
    for block in parse.blocks if parse else ():
        number = None
        if parse and block.table is not None:
            number = first_table + len(tables)
            tables.append(TableOut.of(block.table, number=number, page=parse.page_number, box=block.box, floor=floor))
        blocks.append(BlockOut.of(block, table_number=number, floor=floor))
    return blocks, tables


def _is_all_shown(block: Block, floor: Verdict | None) -> bool:
    if block.table is not None:
        return all(is_shown(cell.evidence, floor) for cell in block.table.cells)
    if block.chart is not None:
        return all(is_shown(point.evidence, floor) for each in block.chart.series for point in each.points)
    return is_shown(block.evidence, floor)


def _chart_out(block: Block, floor: Verdict | None) -> ChartOut | None:
    """A block's chart; values below the floor are empty and no number."""
    chart = block.chart
    if chart is None or floor is None:
        return ChartOut.of(chart)
    series = tuple(
        each.model_copy(
            update={
                "points": tuple(
                    point if is_shown(point.evidence, floor) else point.model_copy(update={"text": "", "value": None})
                    for point in each.points
                )
            }
        )
        for each in chart.series
    )
    return ChartOut.of(chart.model_copy(update={"series": series}))
