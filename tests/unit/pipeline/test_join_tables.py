from collections.abc import Sequence

import pytest

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.pipeline.join_tables import ASIDE, HIGH, LOW, JoinedTable, join_tables

HEAD = ("Year", "Revenue", "Profit")


def table(rows: Sequence[Sequence[str]], *, n_heads: int = 0, caption: str | None = None) -> Table:
    cells = [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r < n_heads else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=tuple(cells), caption=caption, engine="drawn")


def block(found: Table, y0: float, y1: float, *, x0: float = 0.1, x1: float = 0.9, goes_on: bool = False) -> Block:
    box = Box(x0=x0, y0=y0, x1=x1, y1=y1)
    return Block(kind=BlockKind.TABLE, text="", box=box, table=found, continues_previous=goes_on)


def text(kind: BlockKind, words: str, y: float) -> Block:
    return Block(kind=kind, text=words, box=Box(x0=0.1, y0=y, x1=0.9, y1=y + 0.02))


def page(number: int, *blocks: Block) -> PageParse:
    running = (text(BlockKind.HEADER, "Report", 0.03), text(BlockKind.FOOTER, f"Page {number}", 0.95))
    return PageParse(page_number=number, engine="drawn", blocks=(running[0], *blocks, running[1]))


UPPER = table([HEAD, ("2001", "10", "1"), ("2002", "20", "2")], n_heads=1, caption="Table 1")
REPEATED = table([HEAD, ("2003", "30", "3")], n_heads=1)
BARE = table([("2003", "30", "3"), ("2004", "40", "4")])


def texts(joined: JoinedTable) -> list[list[str]]:
    return [[joined.table.at(r, c).text for c in range(joined.table.n_cols)] for r in range(joined.table.n_rows)]


def test_a_repeated_heading_is_left_out() -> None:
    pages = [page(4, block(UPPER, 0.6, 0.9)), page(5, block(REPEATED, 0.1, 0.3))]
    (joined,) = join_tables(pages)
    assert texts(joined) == [list(HEAD), ["2001", "10", "1"], ["2002", "20", "2"], ["2003", "30", "3"]]
    assert [(p.page_number, p.block_index, p.first_row, p.repeated_rows) for p in joined.parts] == [
        (4, 1, 0, 0),
        (5, 1, 3, 1),
    ]
    assert joined.table.caption == "Table 1"
    assert joined.table.engine == "drawn"


def test_the_pages_own_tables_stay_as_they_are() -> None:
    pages = [page(1, block(UPPER, 0.6, 0.9)), page(2, block(REPEATED, 0.1, 0.3))]
    before = [parse.model_dump() for parse in pages]
    join_tables(pages)
    assert [parse.model_dump() for parse in pages] == before


def test_a_table_without_a_heading_goes_on() -> None:
    (joined,) = join_tables([page(1, block(UPPER, 0.6, 0.9)), page(2, block(BARE, 0.1, 0.3))])
    assert joined.table.n_rows == 5
    assert joined.parts[1].repeated_rows == 0


def test_a_heading_that_was_not_taken_for_one_the_second_time_is_still_left_out() -> None:
    again = table([("year", " Revenue ", "Profit"), ("2003", "30", "3")])
    (joined,) = join_tables([page(1, block(UPPER, 0.6, 0.9)), page(2, block(again, 0.1, 0.3))])
    assert texts(joined)[3:] == [["2003", "30", "3"]]


def test_a_table_over_three_pages_is_one_and_its_heading_is_compared_with_the_first() -> None:
    pages = [
        page(3, block(table([HEAD, ("2005", "50", "5")], n_heads=1), 0.1, 0.2)),
        page(1, block(UPPER, 0.6, 0.9)),
        page(2, block(BARE, 0.08, 0.92)),
    ]
    (joined,) = join_tables(pages)
    assert [part.page_number for part in joined.parts] == [1, 2, 3]
    assert [part.first_row for part in joined.parts] == [0, 3, 5]
    assert texts(joined)[-1] == ["2005", "50", "5"]


def test_two_tables_that_go_on_are_two() -> None:
    pages = [
        page(1, block(UPPER, 0.6, 0.9)),
        page(2, block(REPEATED, 0.1, 0.3), text(BlockKind.PARAGRAPH, "Then.", 0.5), block(UPPER, 0.6, 0.9)),
        page(3, block(BARE, 0.1, 0.3)),
    ]
    first, second = join_tables(pages)
    assert [p.page_number for p in first.parts] == [1, 2]
    assert [p.page_number for p in second.parts] == [2, 3]
    assert [p.block_index for p in second.parts] == [3, 1]


def test_spans_are_kept_and_a_heading_of_two_rows_is_known_by_its_shape() -> None:
    head = (
        Cell(row=0, col=0, row_span=2, text="Year", role=CellRole.COLUMN_HEADER),
        Cell(row=0, col=1, col_span=2, text="Money", role=CellRole.COLUMN_HEADER),
        Cell(row=1, col=1, text="in", role=CellRole.COLUMN_HEADER),
        Cell(row=1, col=2, text="out", role=CellRole.COLUMN_HEADER),
    )
    body = (Cell(row=2, col=0, text="2001"), Cell(row=2, col=1, col_span=2, text="none"))
    part = Table(n_rows=3, n_cols=3, cells=(*head, *body))
    (joined,) = join_tables([page(1, block(part, 0.6, 0.9)), page(2, block(part, 0.1, 0.3))])
    assert joined.parts[1].repeated_rows == 2
    assert [(c.row, c.col, c.col_span, c.text) for c in joined.table.cells[-2:]] == [
        (3, 0, 1, "2001"),
        (3, 1, 2, "none"),
    ]


def test_a_caption_that_says_continued_is_no_bar() -> None:
    captioned = table([HEAD, ("2003", "30", "3")], n_heads=1, caption="Table 1 (continued)")
    above = text(BlockKind.CAPTION, "Table 1 - cont.", 0.08)
    assert len(join_tables([page(1, block(UPPER, 0.6, 0.9)), page(2, block(captioned, 0.1, 0.3))])) == 1
    assert len(join_tables([page(1, block(UPPER, 0.6, 0.9)), page(2, above, block(BARE, 0.1, 0.3))])) == 1


def test_a_model_that_says_so_outweighs_where_the_parts_stand() -> None:
    pages = [page(1, block(UPPER, 0.2, 0.5)), page(2, block(BARE, 0.4, 0.6, goes_on=True))]
    assert len(join_tables(pages)) == 1
    assert join_tables([pages[0], page(2, block(BARE, 0.4, 0.6))]) == ()


OTHER_HEAD = table([("Year", "Costs", "Loss"), ("2003", "30", "3")], n_heads=1)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        pytest.param([block(UPPER, 0.6, 0.9)], [block(OTHER_HEAD, 0.1, 0.3)], id="another heading"),
        pytest.param([block(UPPER, 0.6, 0.9)], [block(table([("2003", "30")]), 0.1, 0.3)], id="fewer columns"),
        pytest.param([block(UPPER, 0.6, 0.9)], [block(BARE, 0.1, 0.3, x0=0.1 + 2 * ASIDE)], id="further right"),
        pytest.param([block(UPPER, 0.6, 0.9)], [block(BARE, 0.1, 0.3, x1=0.9 - 2 * ASIDE)], id="narrower"),
        pytest.param([block(UPPER, 0.2, LOW - 0.01)], [block(BARE, 0.1, 0.3)], id="room below the first"),
        pytest.param([block(UPPER, 0.6, 0.9)], [block(BARE, HIGH + 0.01, 0.5)], id="room above the second"),
        pytest.param(
            [block(UPPER, 0.6, 0.88), text(BlockKind.PARAGRAPH, "So much for it.", 0.9)],
            [block(BARE, 0.1, 0.3)],
            id="text after the first",
        ),
        pytest.param(
            [block(UPPER, 0.6, 0.88), text(BlockKind.FOOTNOTE, "a Estimated.", 0.9)],
            [block(BARE, 0.1, 0.3)],
            id="a footnote ends the first",
        ),
        pytest.param(
            [block(UPPER, 0.6, 0.9)],
            [text(BlockKind.HEADING, "Next", 0.06), block(BARE, 0.1, 0.3)],
            id="a heading before the second",
        ),
        pytest.param(
            [block(UPPER, 0.6, 0.9)],
            [text(BlockKind.CAPTION, "Table 2: Suite of tests", 0.06), block(BARE, 0.1, 0.3)],
            id="a caption before the second",
        ),
        pytest.param(
            [block(UPPER, 0.6, 0.9)],
            [block(table([("2003", "30", "3")], caption="Table 2"), 0.1, 0.3)],
            id="a caption of its own",
        ),
        pytest.param(
            [block(UPPER, 0.6, 0.9)], [block(table([HEAD], n_heads=1), 0.1, 0.2)], id="nothing but the heading again"
        ),
        pytest.param([block(BARE, 0.6, 0.9)], [block(REPEATED, 0.1, 0.3)], id="a heading where there was none"),
        pytest.param([block(UPPER, 0.6, 0.9)], [], id="nothing on the next page"),
    ],
)
def test_tables_stay_apart(upper: list[Block], lower: list[Block]) -> None:
    assert join_tables([page(1, *upper), page(2, *lower)]) == ()


def test_a_page_that_is_missing_parts_what_is_around_it() -> None:
    assert join_tables([page(1, block(UPPER, 0.6, 0.9)), page(3, block(BARE, 0.1, 0.3))]) == ()
    assert join_tables([]) == ()
