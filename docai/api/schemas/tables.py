"""A document's tables on the wire, and those that go on over pages put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from docai.api.schemas.blocks import CellOut, TableOut, tables_of
from docai.api.schemas.checks import CheckOut
from docai.api.schemas.wire import WireModel
from docai.domain.documents import Page
from docai.domain.evidence import Verdict
from docai.pipeline.join_tables import JoinedTable, heading_checks, join_tables


class TablePartOut(WireModel):
    """A page's table that is part of a longer one."""

    table_number: int = Field(description="Which of the document's tables.")
    page: int
    first_row: int = Field(description="Of the joined table, from 0: the row in which this part begins.")
    repeated_rows: int = Field(description="Rows at its top that repeat the heading, and are left out.")


class JoinedTableOut(WireModel):
    """A table over several pages. A cell's box and words are on the page of the part in whose rows it stands."""

    parts: list[TablePartOut]
    n_rows: int
    n_cols: int
    cells: list[CellOut]

    @classmethod
    def of(cls, joined: JoinedTable, numbers: dict[tuple[int, int], int], floor: Verdict | None) -> Self:
        """From the domain.

        Args:
            joined: the table.
            numbers: page number and place among the page's blocks to the number of the document's table.
            floor: cells below it are without their text.
        """
        return cls(
            parts=[
                TablePartOut(
                    table_number=numbers[part.page_number, part.block_index],
                    page=part.page_number,
                    first_row=part.first_row,
                    repeated_rows=part.repeated_rows,
                )
                for part in joined.parts
            ],
            n_rows=joined.table.n_rows,
            n_cols=joined.table.n_cols,
            cells=[CellOut.of(cell, floor) for cell in joined.table.cells],
        )


class HeadingCheckOut(WireModel):
    """Whether a table that goes on over the end of a page repeats its heading as it was."""

    page: int = Field(description="On which the later part stands.")
    table_number: int = Field(description="Which of the document's tables the later part is.")
    check: CheckOut


class TableListOut(WireModel):
    """A document's tables in reading order."""

    data: list[TableOut]
    joined: list[JoinedTableOut] = Field(
        description="Tables that go on over the end of a page, each once and put together; parts stand in `data` too."
    )
    headings: list[HeadingCheckOut] = Field(
        description="For tables that seem to go on over the end of a page: whether the later part repeats the heading. "
        "One whose heading differs is not joined."
    )

    @classmethod
    def of(cls, pages: Sequence[Page], *, number: int | None = None, floor: Verdict | None = None) -> Self:
        """The tables of a document's pages; with `number`, only this one and what it is part of.

        Cells below the floor are without their text.
        """
        places = [
            (page.number, index)
            for page in pages
            if page.parse
            for index, block in enumerate(page.parse.blocks)
            if block.table is not None
        ]
        numbers = {place: n for n, place in enumerate(places, start=1)}
        parses = [page.parse for page in pages if page.parse]
        headings = [
            HeadingCheckOut(page=page, table_number=numbers[page, check.block], check=CheckOut.of(check))
            for page, checks in heading_checks(parses).items()
            for check in checks
            if check.block is not None
        ]
        joined = [JoinedTableOut.of(each, numbers, floor) for each in join_tables(parses)]
        return cls(
            data=[table for table in tables_of(pages, floor) if number in {None, table.number}],
            joined=[each for each in joined if number is None or number in {part.table_number for part in each.parts}],
            headings=[each for each in headings if number in {None, each.table_number}],
        )
