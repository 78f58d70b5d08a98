from __future__ import annotations

from uuid import UUID

import pytest

from docai.domain.documents import Fault, Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.rendering.markdown import document_markdown, page_markdown, table_markdown

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
HEADER = CellRole.COLUMN_HEADER


def block(kind: BlockKind, text: str, *, level: int | None = None, label: str | None = None) -> Block:
    return Block(kind=kind, text=text, box=BOX, level=level, label=label)


def markdown(*blocks: Block, with_furniture: bool = False) -> str:
    return page_markdown(PageParse(page_number=1, engine="test", blocks=blocks), with_furniture=with_furniture)


def plain_table() -> Table:
    texts = [["Item", "a|b"], ["Desk", "1 * 2"]]
    cells = [
        Cell(row=r, col=c, text=text, role=HEADER if r == 0 else CellRole.DATA)
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
    ]
    return Table(n_rows=2, n_cols=2, cells=tuple(cells))


def test_headings_stand_one_level_below_the_title() -> None:
    text = markdown(
        block(BlockKind.TITLE, "Annual Review"),
        block(BlockKind.HEADING, "Summary", level=1),
        block(BlockKind.HEADING, "Detail", level=9),
        block(BlockKind.PARAGRAPH, "It went well."),
    )
    assert text == "# Annual Review\n\n## Summary\n\n###### Detail\n\nIt went well.\n"


def test_list_items_stand_together_with_markdowns_markers() -> None:
    text = markdown(
        block(BlockKind.LIST_ITEM, "\N{BULLET} one"),
        block(BlockKind.LIST_ITEM, "2. two"),
        block(BlockKind.LIST_ITEM, "a) three"),
        block(BlockKind.PARAGRAPH, "After."),
    )
    assert text == "- one\n2. two\n- a) three\n\nAfter.\n"


def test_a_plain_table_becomes_a_pipe_table() -> None:
    assert table_markdown(plain_table()) == "| Item | a\\|b |\n| --- | --- |\n| Desk | 1 \\* 2 |"


def test_a_table_without_header_gets_an_empty_one() -> None:
    table = Table(n_rows=1, n_cols=2, cells=(Cell(row=0, col=0, text="x"), Cell(row=0, col=1, text="two\nlines")))
    assert table_markdown(table) == "|  |  |\n| --- | --- |\n| x | two<br>lines |"


def test_a_table_with_merged_cells_becomes_html() -> None:
    cells = (
        Cell(row=0, col=0, col_span=2, text="2025", role=HEADER),
        Cell(row=1, col=0, text="Q1"),
        Cell(row=1, col=1, text="Q2"),
    )
    text = table_markdown(Table(n_rows=2, n_cols=2, cells=cells))
    assert '<th scope="colgroup" colspan="2">2025</th>' in text
    assert "data-" not in text


def test_a_tables_caption_is_said_once() -> None:
    table = plain_table().model_copy(update={"caption": "Table 1. Items"})
    as_block = Block(kind=BlockKind.TABLE, text="", box=BOX, table=table)
    assert markdown(as_block).startswith("*Table 1. Items*\n\n| Item")
    assert markdown(block(BlockKind.CAPTION, "Table 1. Items"), as_block).count("Table 1") == 1


def test_a_field_shows_its_label_and_value() -> None:
    assert markdown(block(BlockKind.FIELD, "27 May", label="Date of birth")) == "**Date of birth:** 27 May\n"
    assert markdown(block(BlockKind.FIELD, "", label="Name")) == "**Name:**\n"


def test_running_headers_and_footers_are_left_out_unless_asked_for() -> None:
    blocks = [block(BlockKind.HEADER, "Kestrel --> Grid"), block(BlockKind.PARAGRAPH, "Text.")]
    assert markdown(*blocks) == "Text.\n"
    assert markdown(*blocks, with_furniture=True) == "<!-- header: Kestrel - -> Grid -->\n\nText.\n"


def test_a_figure_without_words_still_leaves_a_trace() -> None:
    assert markdown(block(BlockKind.FIGURE, "")) == "<!-- figure -->\n"
    assert markdown(block(BlockKind.FIGURE, "8,000\n2021")) == "> 8,000\n> 2021\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# not a heading", "\\# not a heading"),
        ("#hashtag", "#hashtag"),
        ("- not a list", "\\- not a list"),
        ("1. not a list", "1\\. not a list"),
        ("1.5 percent", "1.5 percent"),
        ("> not a quotation", "\\> not a quotation"),
        ("a heading?\n===", "a heading?\n\\==="),
        ("<script>x</script>", "\\<script>x\\</script>"),
        ("snake_case and _emphasis_", "snake_case and \\_emphasis\\_"),
        ("fish & chips &amp; peas", "fish & chips \\&amp; peas"),
        ("~~struck~~ ~5", "\\~~struck\\~~ ~5"),
    ],
)
def test_text_that_looks_like_markup_stays_text(text: str, expected: str) -> None:
    assert markdown(block(BlockKind.PARAGRAPH, text)) == expected + "\n"


def test_a_sign_after_a_headings_marks_stays_as_it_is() -> None:
    assert markdown(block(BlockKind.HEADING, "+ 24 %", level=1)) == "## + 24 %\n"
    assert markdown(block(BlockKind.LIST_ITEM, "\N{BULLET} - 24 %")) == "- \\- 24 %\n"


def test_every_page_is_accounted_for() -> None:
    document_id = DocumentId(UUID(int=1))
    parse = PageParse(page_number=1, engine="test", blocks=(block(BlockKind.PARAGRAPH, "Read."),))
    slow = Fault(code="page_timed_out", message="It took too long.")
    small = Fault(code="print_too_small", message="The print is too small.")
    text = document_markdown(
        [
            Page(document_id=document_id, number=1, state=PageState.PARSED, parse=parse),
            Page(document_id=document_id, number=2, state=PageState.BLANK),
            Page(document_id=document_id, number=3, state=PageState.FAILED, fault=slow),
            Page(document_id=document_id, number=4, state=PageState.DEGRADED, fault=small, parse=parse),
        ]
    )
    assert text.splitlines() == [
        "<!-- page 1 -->",
        "",
        "Read.",
        "",
        "<!-- page 2 (blank) -->",
        "",
        "",
        "<!-- page 3 -->",
        "",
        "> Page 3 could not be read: It took too long.",
        "",
        "",
        "<!-- page 4 -->",
        "",
        "> Page 4 was read below what is promised: The print is too small.",
        "",
        "Read.",
    ]
