"""Pages and tables as HTML: escaped, without scripts, each element saying where it stands and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from html import escape
from itertools import groupby

from docai.domain.documents import Document, Page, PageState
from docai.domain.evidence import Evidence
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.tables import Cell, CellRole, Table
from docai.rendering.charts import chart_table
from docai.rendering.lists import split_marker

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Nothing in a rendered document may run, load or send."""

_STYLE = """
:root { color-scheme: light dark; --line: #c9ced6; --quiet: #667085; --doubt: #d97706; --wrong: #dc2626; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1.25rem; }
.page { border-top: 1px solid var(--line); padding-top: .5rem; margin-top: 2.5rem; }
.page > .number, .header, .footer, .footnote, figcaption, caption { color: var(--quiet); font-size: .85rem; }
.page > .number { text-align: right; margin: 0; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; }
p { white-space: pre-line; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .93rem; display: block; overflow-x: auto; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { background: color-mix(in srgb, var(--line) 30%, transparent); }
figure { border: 1px dashed var(--line); margin: 1rem 0; padding: .6rem 1rem; white-space: pre-line; }
dl.field { display: flex; gap: .75rem; margin: .2rem 0; }
dl.field dt { color: var(--quiet); min-width: 11rem; }
dl.field dd { margin: 0; }
.formula { font-family: ui-monospace, monospace; }
.handwriting { font-style: italic; }
.stamp { border: 2px solid var(--line); display: inline-block; padding: .2rem .6rem; }
.fault { border-left: 4px solid var(--wrong); padding: .4rem .8rem; }
[data-verdict=partial], [data-verdict=illegible], [data-verdict=model_only] { box-shadow: inset 3px 0 var(--doubt); }
[data-verdict=conflict] { box-shadow: inset 3px 0 var(--wrong); }
""".strip()

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that HTML does not allow (Living Standard, 13.1.4)."""

_TAGS = {
    BlockKind.TITLE: "h1",
    BlockKind.PARAGRAPH: "p",
    BlockKind.CAPTION: "p",
    BlockKind.FORMULA: "p",
    BlockKind.HEADER: "p",
    BlockKind.FOOTER: "p",
    BlockKind.FOOTNOTE: "p",
    BlockKind.FIGURE: "figure",
    BlockKind.CHART: "figure",
    BlockKind.HANDWRITING: "p",
    BlockKind.STAMP: "p",
}


def document_html(document: Document, pages: Sequence[Page]) -> str:
    """A whole HTML document; running headers and footers are kept and marked as such."""
    return _whole(document, (_page(page) for page in pages))


def tables_html(document: Document, pages: Sequence[Page]) -> str:
    """A whole HTML document with the document's tables only, each with the number of its page."""
    found = (
        f'<section class="page" data-page="{page.number}">\n<p class="number">Page {page.number}</p>\n'
        f"{table_html(table, with_evidence=True, with_caption=True)}\n</section>"
        for page in pages
        if page.parse
        for table in page.parse.tables
    )
    return _whole(document, found)


def table_html(table: Table, *, with_evidence: bool = False, with_caption: bool = False) -> str:
    """One table with its merged cells and header roles.

    Args:
        table: The table.
        with_evidence: Give each cell its page, box and verdict as `data-` attributes.
        with_caption: Give the table its caption.
    """
    n_head = _header_rows(table)
    lines = ["<table>"]
    if with_caption and table.caption:
        lines.append(f"<caption>{_text(table.caption)}</caption>")
    for part, rows in (("thead", range(n_head)), ("tbody", range(n_head, table.n_rows))):
        if rows:
            lines.append(f"<{part}>")
            lines += [_row(table, row, with_evidence=with_evidence) for row in rows]
            lines.append(f"</{part}>")
    lines.append("</table>")
    return "\n".join(lines)


def _whole(document: Document, sections: Iterator[str]) -> str:
    title = _text(document.title or document.name)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="und">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>",
            f'<body data-document="{document.id}" data-sha256="{_text(document.sha256)}">\n<main>',
            *sections,
            "</main>\n</body>\n</html>\n",
        )
    )


def _page(page: Page) -> str:
    lines = [
        f'<section class="page" data-page="{page.number}" data-state="{page.state.value}">',
        f'<p class="number">Page {page.number}{" (blank)" if page.state is PageState.BLANK else ""}</p>',
    ]
    if page.fault is not None:
        what = "Not read" if page.state is PageState.FAILED else "Read below what is promised"
        lines.append(f'<p class="fault" data-code="{_text(page.fault.code)}">{what}: {_text(page.fault.message)}</p>')
    blocks = page.parse.blocks if page.parse else ()
    captions = {block.text for block in blocks if block.kind is BlockKind.CAPTION}
    for is_list, run in groupby(blocks, key=lambda block: block.kind is BlockKind.LIST_ITEM):
        together = list(run)
        lines += _list(together) if is_list else [_block(block, captions) for block in together]
    return "\n".join((*lines, "</section>"))


def _list(items: Sequence[Block]) -> list[str]:
    lines = []
    marked = [(block, *split_marker(block.text)) for block in items]
    for is_numbered, run in groupby(marked, key=lambda item: item[1] is not None):
        tag = "ol" if is_numbered else "ul"
        lines.append(f"<{tag}>")
        for block, number, text in run:
            value = f' value="{number}"' if is_numbered else ""
            lines.append(f"<li{value}{_attributes(block.box, block.evidence)}>{_text(text)}</li>")
        lines.append(f"</{tag}>")
    return lines


def _block(block: Block, captions: Collection[str]) -> str:
    about = f' class="{block.kind.value}"{_attributes(block.box, block.evidence)}'
    if block.table is not None:
        has_caption = block.table.caption not in captions  # else it is a block of its own
        return f"<div{about}>\n{table_html(block.table, with_evidence=True, with_caption=has_caption)}\n</div>"
    if block.chart is not None and (values := chart_table(block.chart)) is not None:
        return f"<figure{about}>\n{table_html(values, with_evidence=True)}\n</figure>"
    if block.kind is BlockKind.FIELD:
        return f"<dl{about}><dt>{_text(block.label or '')}</dt><dd>{_text(block.text)}</dd></dl>"
    tag = f"h{min(6, 1 + (block.level or 1))}" if block.kind is BlockKind.HEADING else _TAGS.get(block.kind, "p")
    return f"<{tag}{about}>{_text(block.text)}</{tag}>"


def _header_rows(table: Table) -> int:
    """How many rows at the top are headers; none if a merged cell reaches from them into the rows below."""
    heads = [cell for cell in table.cells if cell.role is CellRole.COLUMN_HEADER]
    rows = {cell.row for cell in heads}
    n_head = next((row for row in range(table.n_rows) if row not in rows), table.n_rows)
    reaches_below = any(cell.row < n_head < cell.row + cell.row_span for cell in table.cells)
    return 0 if reaches_below else n_head


def _row(table: Table, row: int, *, with_evidence: bool) -> str:
    cells = (_cell(cell, with_evidence=with_evidence) for cell in table.cells if cell.row == row)
    return f"<tr>{''.join(cells)}</tr>"


def _cell(cell: Cell, *, with_evidence: bool) -> str:
    tag, scope = "th", ""
    match cell.role:
        case CellRole.DATA:
            tag = "td"
        case CellRole.COLUMN_HEADER:
            scope = ' scope="colgroup"' if cell.col_span > 1 else ' scope="col"'
        case CellRole.ROW_HEADER:
            scope = ' scope="rowgroup"' if cell.row_span > 1 else ' scope="row"'
        case CellRole.SECTION:
            scope = ' scope="rowgroup"'
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    about = _attributes(cell.box, cell.evidence) if with_evidence else ""
    return f"<{tag}{scope}{spans}{about}>{_text(cell.text).replace(chr(10), '<br>')}</{tag}>"


def _attributes(box: Box | None, evidence: Evidence | None) -> str:
    """Where a value stands, in fractions of its page, and what the witness says of it."""
    said = ""
    if box is not None:
        said += f' data-box="{box.x0:.5f} {box.y0:.5f} {box.x1:.5f} {box.y1:.5f}"'
    if evidence is not None:
        said += f' data-page="{evidence.page_number}" data-verdict="{evidence.verdict.value}"'
    return said


def _text(text: str) -> str:
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))
