"""Pages as Markdown (CommonMark with pipe tables)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.documents import Page, PageState
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import CellRole, Table
from docai.rendering.charts import chart_table
from docai.rendering.html import table_html
from docai.rendering.lists import split_marker

FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
"""What repeats on every page and is not part of the text."""

_INLINE = re.compile(r"[\\`*<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~(?=~)")
"""Characters that would start emphasis, code, a tag or an entity; an underscore within a word does not."""
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|>|=+$|-+$)", re.MULTILINE)
_LATEX = re.compile(r"\\[A-Za-z]+|[_^]\{")
"""A command, or an index or power of more than one character: what a model writes of a formula."""
_NO_LATEX = re.compile(r"<|\$\$|\n\s*\n")
"""What could start a tag, or end the formula too soon."""
_NUMBERED_LINE = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)", re.MULTILINE)


def document_markdown(pages: Sequence[Page], *, with_furniture: bool = False) -> str:
    """All pages in order, each under a comment with its number; pages that could not be read say so.

    Args:
        pages: The pages.
        with_furniture: Keep running headers and footers, as comments.
    """
    return "\n".join(_page(page, with_furniture=with_furniture) for page in pages)


def page_markdown(parse: PageParse, *, with_furniture: bool = False) -> str:
    """One page's blocks in reading order."""
    captions = {block.text for block in parse.blocks if block.kind is BlockKind.CAPTION}
    pieces: list[str] = []
    last: BlockKind | None = None
    for block in parse.blocks:
        if block.kind in FURNITURE and not with_furniture:
            continue
        text = _block(block, captions)
        if not text:
            continue
        is_next_item = last is BlockKind.LIST_ITEM and block.kind is BlockKind.LIST_ITEM
        pieces.append(("" if not pieces else "\n" if is_next_item else "\n\n") + text)
        last = block.kind
    return "".join(pieces) + "\n" if pieces else ""


def table_markdown(table: Table) -> str:
    """A pipe table; an HTML table where cells span or there is more than one header row, which pipes cannot say."""
    is_merged = any(cell.row_span > 1 or cell.col_span > 1 for cell in table.cells)
    header_rows = {cell.row for cell in table.cells if cell.role is CellRole.COLUMN_HEADER}
    if is_merged or header_rows - {0}:
        return table_html(table)
    rows = [[_cell(table.at(r, c).text) for c in range(table.n_cols)] for r in range(table.n_rows)]
    head = rows.pop(0) if header_rows else [""] * table.n_cols
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * table.n_cols, *rows))


def _page(page: Page, *, with_furniture: bool) -> str:
    text = page_markdown(page.parse, with_furniture=with_furniture) if page.parse else ""
    note = ""
    if page.fault is not None:
        what = "could not be read" if page.state is PageState.FAILED else "was read below what is promised"
        note = f"> Page {page.number} {what}: {_inline(page.fault.message)}\n\n"
    mark = " (blank)" if page.state is PageState.BLANK else ""
    return f"<!-- page {page.number}{mark} -->\n\n{note}{text}"


def _block(block: Block, captions: set[str]) -> str:
    line = _inline(" ".join(block.text.split()))
    match block.kind:
        case BlockKind.TABLE if block.table is not None:
            caption = block.table.caption
            above = f"*{_inline(caption)}*\n\n" if caption and caption not in captions else ""
            return above + table_markdown(block.table)
        case BlockKind.CHART if block.chart is not None and (values := chart_table(block.chart)) is not None:
            above = f"*{_inline(values.caption)}*\n\n" if values.caption else ""
            return above + table_markdown(values)
        case BlockKind.LIST_ITEM:
            number, text = split_marker(" ".join(block.text.split()))
            return f"{'-' if number is None else f'{number}.'} {_lines(text)}"
        case BlockKind.FIELD:
            return f"**{_inline(' '.join((block.label or 'Field').split()))}:** {line}".rstrip()
        case BlockKind.HEADER | BlockKind.FOOTER:
            return f"<!-- {block.kind.value}: {' '.join(block.text.split()).replace('--', '- -')} -->"
        case BlockKind.FIGURE if not line:
            return "<!-- figure -->"
    return _prose(block, line) if line else ""


def _prose(block: Block, line: str) -> str:
    match block.kind:
        case BlockKind.TITLE:
            return f"# {line}"
        case BlockKind.HEADING:
            return f"{'#' * min(6, 1 + (block.level or 1))} {line}"
        case BlockKind.CAPTION:
            return f"*{line}*"
        case BlockKind.FORMULA if _LATEX.search(block.text) and not _NO_LATEX.search(block.text):
            return f"$$\n{block.text.strip()}\n$$"
        case BlockKind.FIGURE:
            return "\n".join(f"> {part}" for part in _lines(block.text.strip()).splitlines())
    return _lines(block.text.strip())


def _cell(text: str) -> str:
    return _inline(text.strip()).replace("|", "\\|").replace("\n", "<br>")


def _inline(text: str) -> str:
    """Text that follows something on its line."""
    return _INLINE.sub(lambda found: "\\" + found.group(), text)


def _lines(text: str) -> str:
    """Text that stands at the start of its lines, where more characters are markup."""
    numbered = _NUMBERED_LINE.sub(r"\1\\\2", _inline(text))
    return _LINE_START.sub(r"\1\\\2", numbered)
