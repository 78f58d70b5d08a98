"""Tables as grids, from cells or HTML that need not tile one.

Annotated tables leave out blank cells, begin at row 1, or have spans that run into one another; `Table` refuses all of
that. Here rows and columns that no cell covers are taken out, positions that none covers become blank cells, and of two
cells at one position the first keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree, html

from docai.domain.geometry import Box
from docai.domain.tables import Cell, CellRole, Table, positions

_LARGEST_SPAN = 500
"""More than any table has columns; a misread span must not fill the memory."""


@dataclass(frozen=True, slots=True)
class LooseCell:
    """A cell before it has a place."""

    text: str
    row_span: int = 1
    col_span: int = 1
    box: Box | None = None
    is_head: bool = False


def tiled(cells: Iterable[Cell]) -> Table:
    """A table of these cells; see the module for what does not tile. No cells make a table without rows."""
    given = [_bounded(cell) for cell in cells]
    rows = {row: n for n, row in enumerate(sorted({row for cell in given for row, _ in positions(cell)}))}
    cols = {col: n for n, col in enumerate(sorted({col for cell in given for _, col in positions(cell)}))}
    free = {(row, col) for row in rows.values() for col in cols.values()}
    kept = []
    for cell in given:
        moved = cell.model_copy(update={"row": rows[cell.row], "col": cols[cell.col]})
        places = positions(moved)
        if not free.issuperset(places):
            left = [place for place in places if place in free]
            if not left:
                continue
            row, col = left[0]
            moved = moved.model_copy(update={"row": row, "col": col, "row_span": 1, "col_span": 1})
            places = left[:1]
        free.difference_update(places)
        kept.append(moved)
    kept += [Cell(row=row, col=col) for row, col in free]
    kept.sort(key=lambda cell: (cell.row, cell.col))
    return Table(n_rows=len(rows), n_cols=len(cols), cells=tuple(kept))


def placed(rows: Sequence[Sequence[LooseCell]]) -> list[Cell]:
    """Each row's cells in the first free places from the left (HTML Living Standard, 4.9.12.1).

    A cell that reaches below the last row ends there.
    """
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, line in enumerate(rows):
        col = 0
        for loose in line:
            while (row, col) in taken:
                col += 1
            role = CellRole.COLUMN_HEADER if loose.is_head else CellRole.DATA
            height = min(max(1, loose.row_span), len(rows) - row)
            width = min(max(1, loose.col_span), _LARGEST_SPAN)
            cell = Cell(row=row, col=col, row_span=height, col_span=width, text=loose.text, role=role, box=loose.box)
            taken.update(positions(cell))
            cells.append(cell)
            col += width
    return cells


def html_rows(text: str) -> list[list[LooseCell]]:
    """The rows of the first table in a text of HTML; none where there is no table."""
    if "<table" not in text:
        return []
    try:
        root = html.fromstring(f"<div>{text}</div>")
    except (etree.ParserError, ValueError):
        return []
    table = next(root.iter("table"), None)
    return [] if table is None else [list(_loose_cells(row)) for row in table.iter("tr")]


def pubtabnet_html(table: Table, *, with_sections: bool) -> str:
    """A table as PubTabNet writes tables: every cell a `td`, whatever it is for.

    Args:
        table: The table.
        with_sections: Whether rows stand in `thead` and `tbody`, as in PubTabNet, or in the table, as in FinTabNet. The
            head is what the leading rows with header cells are, unless a cell reaches below them.
    """
    n_head = _header_rows(table) if with_sections else 0
    rows = [
        "<tr>" + "".join(_td(cell) for cell in table.cells if cell.row == row) + "</tr>" for row in range(table.n_rows)
    ]
    if not with_sections:
        return f"<table>{''.join(rows)}</table>"
    head = f"<thead>{''.join(rows[:n_head])}</thead>" if n_head else ""
    return f"<table>{head}<tbody>{''.join(rows[n_head:])}</tbody></table>"


def _bounded(cell: Cell) -> Cell:
    height, width = (min(max(1, span), _LARGEST_SPAN) for span in (cell.row_span, cell.col_span))
    return (
        cell
        if (height, width) == (cell.row_span, cell.col_span)
        else cell.model_copy(update={"row_span": height, "col_span": width})
    )


def _loose_cells(row: html.HtmlElement) -> Iterator[LooseCell]:
    in_head = next(row.iterancestors("thead"), None) is not None
    for cell in row.iterchildren("td", "th"):
        for line_break in cell.iter("br"):
            line_break.tail = " " + (line_break.tail or "")
        text = " ".join(str(cell.text_content()).split())
        is_head = in_head or cell.tag == "th"
        yield LooseCell(text, _span(cell.get("rowspan")), _span(cell.get("colspan")), is_head=is_head)


def _span(said: str | None) -> int:
    return int(said) if said and said.strip().isdecimal() else 1


def _header_rows(table: Table) -> int:
    rows = {cell.row for cell in table.cells if cell.role is CellRole.COLUMN_HEADER}
    n_head = next((row for row in range(table.n_rows) if row not in rows), table.n_rows)
    return 0 if any(cell.row < n_head < cell.row + cell.row_span for cell in table.cells) else n_head


def _td(cell: Cell) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.col_span}"' if cell.col_span > 1 else ""
    text = " ".join(cell.text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<td{spans}>{text}</td>"
