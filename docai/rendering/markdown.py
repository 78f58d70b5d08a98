"""Pages as Markdown (CommonMark with pipe tables)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.documents import Page, PageState
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import CellRole, Table
from docai.rendering.html import table_html
from docai.rendering.lists import split_marker

FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
"""What repeats on every page and is not part of the text."""

_INLINE = re.compile(r"[\\`*<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~(?=~)")
"""Characters that would start emphasis, code, a tag or an entity; an underscore within a word does not."""
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|>|=+$|-+$)", re.MULTILINE)
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
        note = f"> Page {page.number} {what}: {_escaped(page.fault.message)}\n\n"
    mark = " (blank)" if page.state is PageState.BLANK else ""
    return f"<!-- page {page.number}{mark} -->\n\n{note}{text}"


def _block(block: Block, captions: set[str]) -> str:
    match block.kind:
        case BlockKind.TABLE if block.table is not None:
            caption = block.table.caption
            above = f"*{_escaped(caption)}*\n\n" if caption and caption not in captions else ""
            return above + table_markdown(block.table)
        case BlockKind.LIST_ITEM:
            number, text = split_marker(block.text)
            return f"{'-' if number is None else f'{number}.'} {_escaped(_one_line(text))}"
        case BlockKind.FIELD:
            return f"**{_escaped(_one_line(block.label or 'Field'))}:** {_escaped(_one_line(block.text))}".rstrip()
        case BlockKind.HEADER | BlockKind.FOOTER:
            return f"<!-- {block.kind.value}: {_one_line(block.text).replace('--', '- -')} -->"
        case BlockKind.FIGURE if not block.text.strip():
            return "<!-- figure -->"
    return _prefixed(block) if block.text.strip() else ""


def _prefixed(block: Block) -> str:
    text = _escaped(block.text.strip())
    match block.kind:
        case BlockKind.TITLE:
            return f"# {_one_line(text)}"
        case BlockKind.HEADING:
            return f"{'#' * min(6, 1 + (block.level or 1))} {_one_line(text)}"
        case BlockKind.CAPTION:
            return f"*{_one_line(text)}*"
        case BlockKind.FIGURE:
            return "\n".join(f"> {line}" for line in text.splitlines())
    return text


def _cell(text: str) -> str:
    return _escaped(text.strip()).replace("|", "\\|").replace("\n", "<br>")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    inline = _INLINE.sub(lambda found: "\\" + found.group(), text)
    numbered = _NUMBERED_LINE.sub(r"\1\\\2", inline)
    return _LINE_START.sub(r"\1\\\2", numbered)
