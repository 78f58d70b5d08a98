"""Tables written in HTML, to cells and back; markup inside cells becomes plain text."""

from __future__ import annotations

import re
from html import escape

from lxml import etree

from docai.dialects.draft import Draft
from docai.dialects.limits import MAX_CELLS
from docai.dialects.markup import local_name, parse_html, plain_text
from docai.dialects.spans import Piece, rows_of, table_block
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table

_DIGITS = re.compile(r"\s*(\d{1,6})")
_COLUMN_SCOPES = frozenset({"col", "colgroup"})
_ROW_SCOPES = frozenset({"row", "rowgroup"})


def read_html_table(
    element: etree._Element, draft: Draft, *, box: Box | None = None, is_truncated: bool = False
) -> ReadBlock:
    """The table of a `table` element.

    A cell is a column header by its scope, in a table's head, or in a first row of nothing but header cells; a section
    where it labels a group of rows or alone fills a row of several columns; else a header of its row.

    Args:
        element: The element.
        draft: Where problems are told.
        box: Where the table stands.
        is_truncated: Whether the text ended within the table: its last row is then left out.
    """
    rows = [row for row in element.iter("tr") if _table_of(row) is element]
    if is_truncated:
        draft.broken_off(f"a table breaks off in row {len(rows)}")
        rows = rows[:-1]
    caption = next((plain_text(e) for e in element.iterchildren("caption")), None)
    if len(rows) > MAX_CELLS:
        draft.note(f"a table is kept as text: there are more than {MAX_CELLS} cells")
        return table_block([], draft, box=box, caption=caption, raw=plain_text(element))
    pieces = [_pieces(row, len(rows) - number, is_first=number == 0) for number, row in enumerate(rows)]
    return table_block(pieces, draft, box=box, caption=caption, raw=plain_text(element))


def read_first_table(text: str, draft: Draft, *, box: Box | None = None, is_truncated: bool = False) -> ReadBlock:
    """The first table in a text of HTML; the text alone where there is none. See `read_html_table`."""
    root = parse_html(text)
    element = next(root.iter("table"), None)
    if element is None:
        return ReadBlock(kind=BlockKind.TABLE, text=plain_text(root), box=box)
    return read_html_table(element, draft, box=box, is_truncated=is_truncated)


def write_html_table(table: Table) -> str:
    """The table as HTML, escaped; what a header is for stands in its scope."""
    caption = f"<caption>{_escaped(table.caption)}</caption>" if table.caption else ""
    rows = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows_of(table))
    return f"<table>{caption}{rows}</table>"


def _table_of(row: etree._Element) -> etree._Element | None:
    return next(row.iterancestors("table"), None)


def _pieces(row: etree._Element, n_rows_left: int, *, is_first: bool) -> list[Piece]:
    cells = [cell for cell in row if local_name(cell) in {"td", "th"}]
    in_head = next(row.iterancestors("thead"), None) is not None
    is_heading = in_head or (is_first and all(local_name(cell) == "th" for cell in cells))
    pieces = []
    for cell in cells:
        height, width = _span(cell.get("rowspan")), _span(cell.get("colspan")) or 1
        role = _role(cell, is_heading=is_heading)
        scope = (cell.get("scope") or "").strip().lower()
        is_label = scope == "rowgroup" or (not scope and width > 1)
        if role is CellRole.ROW_HEADER and is_label and len(cells) == 1 and height == 1:
            role = CellRole.SECTION
        pieces.append(Piece(plain_text(cell), role, height or n_rows_left, width))
    return pieces


def _span(said: str | None) -> int | None:
    """A span; None for 0, which means the rest; 1 where none is given, or nothing that is a number."""
    found = _DIGITS.match(said or "")
    return (int(found[1]) or None) if found else 1


def _role(cell: etree._Element, *, is_heading: bool) -> CellRole:
    scope = (cell.get("scope") or "").strip().lower()
    if scope in _COLUMN_SCOPES:
        return CellRole.COLUMN_HEADER
    if scope in _ROW_SCOPES:
        return CellRole.ROW_HEADER
    if is_heading:
        return CellRole.COLUMN_HEADER
    return CellRole.ROW_HEADER if local_name(cell) == "th" else CellRole.DATA


def _cell(cell: Cell) -> str:
    tag = "td" if cell.role is CellRole.DATA else "th"
    scope = {
        CellRole.DATA: "",
        CellRole.COLUMN_HEADER: ' scope="col"',
        CellRole.ROW_HEADER: ' scope="row"',
        CellRole.SECTION: ' scope="rowgroup"',
    }[cell.role]
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    return f"<{tag}{scope}{spans}>{_escaped(cell.text)}</{tag}>"


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
