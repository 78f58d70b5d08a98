from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID

from docai.domain.documents import Document, DocumentStatus, Fault, MediaType, Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import Witness
from docai.rendering.html import document_html, table_html, tables_html

BOX = Box(x0=0.1, y0=0.25, x1=0.9, y1=0.5)
HEADER = CellRole.COLUMN_HEADER
EVIDENCE = Evidence(reader="r", witness=Witness.OCR, verdict=Verdict.ILLEGIBLE, page_number=1, box=BOX)
VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Fails on tags that do not nest, and remembers them with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def document(name: str = "a.pdf") -> Document:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Document(
        id=DocumentId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        name=name,
        sha256=Sha256("0" * 64),
        media_type=MediaType.PDF,
        n_bytes=1,
        status=DocumentStatus.READY,
        created_at=now,
        updated_at=now,
    )


def page(*blocks: Block) -> Page:
    parse = PageParse(page_number=1, engine="test", blocks=blocks)
    return Page(document_id=DocumentId(UUID(int=1)), number=1, state=PageState.PARSED, parse=parse)


def block(kind: BlockKind, text: str, level: int | None = None, label: str | None = None) -> Block:
    return Block(kind=kind, text=text, box=BOX, level=level, label=label, evidence=EVIDENCE)


def year_table() -> Table:
    cells = (
        Cell(row=0, col=0, row_span=2, text="Region", role=HEADER),
        Cell(row=0, col=1, col_span=2, text="2025", role=HEADER),
        Cell(row=1, col=1, text="Q1", role=HEADER),
        Cell(row=1, col=2, text="Q2", role=HEADER),
        Cell(row=2, col=0, text="Norway", role=CellRole.ROW_HEADER),
        Cell(row=2, col=1, text="1 < 2", box=BOX, evidence=EVIDENCE),
        Cell(row=2, col=2, text="3\n4"),
    )
    return Table(n_rows=3, n_cols=3, cells=cells, caption="Revenue")


def test_a_merged_header_keeps_its_span_and_scope() -> None:
    html = table_html(year_table())
    headers = Outline(html).named("th")
    assert headers == [
        {"scope": "col", "rowspan": "2"},
        {"scope": "colgroup", "colspan": "2"},
        {"scope": "col"},
        {"scope": "col"},
        {"scope": "row"},
    ]
    assert html.index("Q2") < html.index("</thead>") < html.index("Norway")
    assert "<td>1 &lt; 2</td><td>3<br>4</td>" in html


def test_a_header_that_reaches_into_the_body_is_not_cut_off() -> None:
    cells = (
        Cell(row=0, col=0, row_span=2, text="a", role=HEADER),
        Cell(row=0, col=1, text="b", role=HEADER),
        Cell(row=1, col=1, text="c"),
    )
    assert "<thead>" not in table_html(Table(n_rows=2, n_cols=2, cells=cells))


def test_each_value_says_where_it_stands_and_how_sure_it_is() -> None:
    outline = Outline(document_html(document(), [page(block(BlockKind.PARAGRAPH, "Text"))]))
    [paragraph] = [p for p in outline.named("p") if p["class"] == "paragraph"]
    assert paragraph["data-box"] == "0.10000 0.25000 0.90000 0.50000"
    assert paragraph["data-verdict"] == "illegible"
    table = Outline(table_html(year_table(), with_evidence=True))
    assert table.named("td")[0]["data-verdict"] == "illegible"


def test_nothing_in_a_document_can_run() -> None:
    evil = '<script>alert("1")</script><img src=x onerror=alert(1)>'
    blocks = [block(kind, evil, label=evil) for kind in BlockKind]
    html = document_html(document(name=evil), [page(*blocks)])
    outline = Outline(html)
    assert not outline.named("script")
    assert not outline.named("img")
    policy = outline.named("meta")[1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert str(policy["content"]).startswith("default-src 'none'")


def test_control_characters_do_not_reach_the_page() -> None:
    html = document_html(document(), [page(block(BlockKind.PARAGRAPH, "a\x00b\x1bc\nd"))])
    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\nd" in html


def test_list_items_are_grouped_and_keep_their_numbers() -> None:
    items = [block(BlockKind.LIST_ITEM, text) for text in ("3. three", "4. four", "\N{BULLET} dot")]
    outline = Outline(document_html(document(), [page(*items, block(BlockKind.PARAGRAPH, "x"))]))
    assert (len(outline.named("ol")), len(outline.named("ul"))) == (1, 1)
    assert [item.get("value") for item in outline.named("li")] == ["3", "4", None]


def test_headings_and_fields_have_their_own_elements() -> None:
    outline = Outline(
        document_html(
            document(),
            [
                page(
                    block(BlockKind.TITLE, "T"),
                    block(BlockKind.HEADING, "H", level=2),
                    block(BlockKind.FIELD, "v", label="l"),
                )
            ],
        )
    )
    assert [tag for tag, _ in outline.tags if tag in {"h1", "h3", "dt", "dd"}] == ["h1", "h3", "dt", "dd"]


def test_a_caption_that_is_a_block_is_not_said_twice() -> None:
    table = Block(kind=BlockKind.TABLE, text="", box=BOX, table=year_table())
    assert document_html(document(), [page(table)]).count(">Revenue<") == 1
    assert document_html(document(), [page(block(BlockKind.CAPTION, "Revenue"), table)]).count(">Revenue<") == 1


def test_a_page_that_failed_says_why() -> None:
    fault = Fault(code="page_timed_out", message="Too slow.")
    failed = Page(document_id=DocumentId(UUID(int=1)), number=7, state=PageState.FAILED, fault=fault)
    html = document_html(document(), [failed])
    assert '<p class="fault" data-code="page_timed_out">Not read: Too slow.</p>' in html


def test_the_tables_alone_name_their_page() -> None:
    table = Block(kind=BlockKind.TABLE, text="", box=BOX, table=year_table())
    html = tables_html(document(), [page(block(BlockKind.PARAGRAPH, "prose"), table)])
    assert "prose" not in html
    assert "Page 1" in html
    assert "<caption>Revenue</caption>" in html
