"""A document's tables on the wire: each, and those that go on over pages put together."""

from __future__ import annotations

from uuid import uuid4

from docai.api.schemas.tables import TableListOut
from docai.domain.documents import Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table

DOCUMENT = DocumentId(uuid4())


def block(y0: float, y1: float, rows: list[list[str]], *, n_heads: int) -> Block:
    cells = tuple(
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r < n_heads else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    table = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells)
    return Block(kind=BlockKind.TABLE, text="", box=Box(x0=0.1, y0=y0, x1=0.9, y1=y1), table=table)


def page(number: int, *blocks: Block) -> Page:
    parse = PageParse(page_number=number, engine="drawn", blocks=blocks)
    return Page(document_id=DOCUMENT, number=number, state=PageState.PARSED, parse=parse)


PAGES = [
    page(1, block(0.1, 0.3, [["a", "b"]], n_heads=0), block(0.6, 0.95, [["Year", "Sum"], ["2001", "1"]], n_heads=1)),
    page(2, block(0.05, 0.3, [["Year", "Sum"], ["2002", "2"]], n_heads=1), block(0.4, 0.6, [["c", "d"]], n_heads=0)),
]


def test_a_table_over_two_pages_is_told_once_more_as_one() -> None:
    said = TableListOut.of(PAGES)
    assert [(table.number, table.page) for table in said.data] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    (joined,) = said.joined
    assert [(part.table_number, part.page, part.first_row, part.repeated_rows) for part in joined.parts] == [
        (2, 1, 0, 0),
        (3, 2, 2, 1),
    ]
    assert [cell.text for cell in joined.cells] == ["Year", "Sum", "2001", "1", "2002", "2"]


def test_one_table_comes_with_what_it_is_part_of() -> None:
    assert [len(TableListOut.of(PAGES, number=n).joined) for n in (1, 2, 3, 4)] == [0, 1, 1, 0]


def test_a_heading_that_is_repeated_otherwise_is_told() -> None:
    upper = block(0.6, 0.95, [["Fiscal year", "Net sales"], ["2001", "1"]], n_heads=1)
    lower = block(0.05, 0.3, [["Fiscal year", "Net sale5"], ["2002", "2"]], n_heads=1)
    (told,) = TableListOut.of([page(1, upper), page(2, lower)]).headings
    assert (told.page, told.table_number, told.check.name, told.check.result) == (2, 2, "repeated_header", "failed")
    assert [(place.row, place.col) for place in told.check.cells] == [(0, 1)]
    (same,) = TableListOut.of(PAGES).headings
    assert same.check.result == "passed"
