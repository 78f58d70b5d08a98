"""Blocks as Markdown that `docai.dialects.markdown` reads back the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from docai.dialects.formulas import set_off
from docai.dialects.html_tables import write_html_table
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import CellRole, Table

_MARKS = re.compile(r"[\\`*_~$]")
_OPENING = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|\[(?=[^\[\]\n]*\]\()|(?<=!)\[|\|")
_ENTITIES = {"<": "&lt;", "&": "&amp;", "[": "&#91;", "|": "&#124;"}
_LINE_START = re.compile(r"^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{2,}\s*$)")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_NUMBERED_ITEM = re.compile(r"^(\d{1,9}[.)]) (?=\S)")


def write_markdown(blocks: Sequence[ReadBlock]) -> str:
    """The blocks, a blank line between them."""
    return "\n\n".join(text for block in blocks if (text := write_block(block)))


def write_block(block: ReadBlock) -> str:
    """A block; empty where there is nothing to write."""
    line = " ".join(block.text.split())
    match block.kind:
        case BlockKind.TITLE if line:
            return f"# {_headline(line)}"
        case BlockKind.HEADING if line:
            return f"{'#' * min(6, 1 + (block.level or 1))} {_headline(line)}"
        case BlockKind.LIST_ITEM if line:
            return _item(block.text)
        case BlockKind.TABLE if block.table is not None:
            return write_table(block.table)
        case BlockKind.FIGURE:
            return f"![{_inline(line).replace(']', '&#93;')}](figure)"
        case BlockKind.FORMULA if line:
            return set_off(block.text)
        case BlockKind.HANDWRITING if line:
            return f"<signature>{escape(block.text, quote=False)}</signature>"
        case BlockKind.STAMP if line:
            return f"<watermark>{escape(block.text, quote=False)}</watermark>"
    return _lines(block.text)


def write_table(table: Table) -> str:
    """Pipes where they can say it all: no cell spans, and the first row alone heads the columns; else HTML."""
    heads = {cell.row for cell in table.cells if cell.role is CellRole.COLUMN_HEADER}
    is_even = all(cell.row_span == cell.col_span == 1 for cell in table.cells)
    is_plain = all(cell.role is (CellRole.COLUMN_HEADER if cell.row == 0 else CellRole.DATA) for cell in table.cells)
    if heads != {0} or not is_even or not is_plain or any("\n" in cell.text for cell in table.cells):
        return write_html_table(table)
    rows = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row][cell.col] = _inline(cell.text).replace("&#124;", "\\|")
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * table.n_cols, *rows[1:]))


def _item(text: str) -> str:
    numbered = _NUMBERED_ITEM.match(text)
    marker = numbered[1] if numbered else "*"
    first, *rest = _lines(text[numbered.end() :] if numbered else text).split("\n")
    return "\n".join([f"{marker} {first}", *(" " * (len(marker) + 1) + line for line in rest)])


def _lines(text: str) -> str:
    """Text whose lines stand at the start of a line, where more signs are markup."""
    return "\n".join(_start(line.strip()) for line in text.split("\n") if line.strip())


def _start(line: str) -> str:
    line = _LINE_START.sub(lambda found: "\\" + found[0], _inline(line))
    return _NUMBERED.sub(r"\1\\\2", line)


def _inline(text: str) -> str:
    return _OPENING.sub(lambda found: _ENTITIES[found[0]], _MARKS.sub(lambda found: "\\" + found[0], text))


def _headline(text: str) -> str:
    """A heading's text; number signs at its end would be taken for its frame."""
    return re.sub(r"#$", "&#35;", _inline(text))
