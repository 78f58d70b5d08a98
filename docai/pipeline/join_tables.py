"""Tables that go on over pages, put together; the pages' own tables stay as they are.

A table that ends a page and one that begins the next are one table if they have as many columns, stand in the same
place across, nothing but running headers and footers comes between, and the second one has no heading of its own.
Where this is in doubt they stay apart: two tables read as one give wrong sums; one read as two loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from docai.checks.joined_tables import check_joined
from docai.domain.checks import Check
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table

ASIDE = 0.03
"""How far the sides of the two parts may lie apart, as a share of the page's width: about 6 mm on A4, less than a
column, more than the slack of boxes drawn by eye or by a model."""
LOW = 0.75
"""The first part ends below this share of the page's height. A table that ends higher up had room to go on."""
HIGH = 0.25
"""The second part begins above this share of the page's height."""

_FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})
_CONTINUED = re.compile(
    r"\b(?:continued|cont[.'\N{RIGHT SINGLE QUOTATION MARK}]d?|fortsetzung|continuaci[oó]n)|\(suite\)", re.IGNORECASE
)
"""A caption that says that this is no new table."""


class TablePart(BaseModel):
    """Where a part of a joined table stands."""

    model_config = ConfigDict(frozen=True)

    page_number: int
    """1-based."""
    block_index: int
    """Of the table's block on that page."""
    first_row: int
    """Of the joined table: the row in which this part begins."""
    repeated_rows: int
    """Rows at the top of the page's own table that repeat the heading, and are left out."""


class JoinedTable(BaseModel):
    """A table over several pages."""

    model_config = ConfigDict(frozen=True)

    parts: tuple[TablePart, ...]
    """At least two, in the order of their pages."""
    table: Table
    """All rows. A cell's words and box are those of the page of the part in whose rows it stands."""


def join_tables(parses: Iterable[PageParse]) -> tuple[JoinedTable, ...]:
    """The tables of a document that go on over a page's end, each once, in order.

    Args:
        parses: The pages' parses, in any order; a page that is missing parts what stands before and after it.
    """
    pages = sorted(parses, key=lambda parse: parse.page_number)
    chains: list[list[_Link]] = []
    for before, after in pairwise(pages):
        last, first = _last(before), _first(after)
        if last is None or first is None or after.page_number != before.page_number + 1:
            continue
        is_longer = bool(chains) and chains[-1][-1].parse is before and chains[-1][-1].index == last.index
        chain = chains[-1] if is_longer else [last]
        n_repeated = _continued(chain[0].table, last, first)
        if n_repeated is None:
            continue
        if not is_longer:
            chains.append(chain)
        chain.append(replace(first, n_repeated=n_repeated))
    return tuple(_joined(chain) for chain in chains)


def heading_checks(parses: Iterable[PageParse]) -> dict[int, list[Check]]:
    """By page: whether the table that begins it repeats the heading of the one that ends the page before.

    Args:
        parses: The pages' parses, in any order.
    """
    found: dict[int, list[Check]] = {}
    for before, after in pairwise(sorted(parses, key=lambda parse: parse.page_number)):
        last, first = _last(before), _first(after)
        if last is None or first is None or after.page_number != before.page_number + 1:
            continue
        if _stands_below(last, first) and (checks := check_joined(last.block, first.block, first.index)):
            found[after.page_number] = checks
    return found


@dataclass(frozen=True, slots=True)
class _Link:
    """A part of a table, on its page."""

    parse: PageParse
    index: int
    table: Table
    n_repeated: int = 0

    @property
    def block(self) -> Block:
        """The table's block."""
        return self.parse.blocks[self.index]


def _link(parse: PageParse, index: int) -> _Link | None:
    table = parse.blocks[index].table
    return None if table is None else _Link(parse, index, table)


def _last(parse: PageParse) -> _Link | None:
    """The table that ends a page."""
    said = [n for n, block in enumerate(parse.blocks) if block.kind not in _FURNITURE]
    return _link(parse, said[-1]) if said else None


def _first(parse: PageParse) -> _Link | None:
    """The table that begins a page, if need be after a caption that says that it goes on."""
    said = [n for n, block in enumerate(parse.blocks) if block.kind not in _FURNITURE]
    if len(said) > 1 and _says_continued(parse.blocks[said[0]]):
        said = said[1:]
    return _link(parse, said[0]) if said else None


def _says_continued(block: Block) -> bool:
    return block.kind is BlockKind.CAPTION and _CONTINUED.search(block.text) is not None


def _continued(whole: Table, last: _Link, first: _Link) -> int | None:
    """How many rows of the next part repeat the heading of the whole table; None where it does not go on.

    Args:
        whole: The first part of the table, which has its heading and caption.
        last: The part that ends the page before.
        first: The table that begins the page after it.
    """
    if not _stands_below(last, first):
        return None
    caption = first.table.caption
    if caption and caption != whole.caption and not _CONTINUED.search(caption):
        return None
    return _repeated_rows(whole, first.table)


def _stands_below(last: _Link, first: _Link) -> bool:
    """Whether two tables have as many columns, in the same place across, and end and begin their pages."""
    upper, lower = last.block.box, first.block.box
    if last.table.n_cols != first.table.n_cols:
        return False
    if abs(upper.x0 - lower.x0) > ASIDE or abs(upper.x1 - lower.x1) > ASIDE:
        return False
    return (upper.y1 >= LOW and lower.y0 <= HIGH) or first.block.continues_previous


def _repeated_rows(top: Table, bottom: Table) -> int | None:
    """Rows of the heading that the second table says again; None where it has a heading of its own."""
    n_head = _heading_rows(top)
    if n_head and n_head < bottom.n_rows and _shape(top, n_head) == _shape(bottom, n_head):
        return n_head
    return 0 if _heading_rows(bottom) == 0 else None


def _heading_rows(table: Table) -> int:
    """Rows at the top in which column headers stand, and which no other cell reaches into from above."""
    n_rows = 0
    while n_rows < table.n_rows and any(
        cell.role is CellRole.COLUMN_HEADER for cell in table.cells if cell.row <= n_rows < cell.row + cell.row_span
    ):
        n_rows += 1
    return n_rows


def _shape(table: Table, n_rows: int) -> list[tuple[int, int, int, int, str]]:
    """The cells that begin in the first rows: places, spans and texts, however spaced."""
    return sorted(
        (cell.row, cell.col, cell.row_span, cell.col_span, " ".join(cell.text.split()).casefold())
        for cell in table.cells
        if cell.row < n_rows
    )


def _joined(chain: Sequence[_Link]) -> JoinedTable:
    parts: list[TablePart] = []
    cells: list[Cell] = []
    n_rows = 0
    for link in chain:
        parts.append(
            TablePart(
                page_number=link.parse.page_number,
                block_index=link.index,
                first_row=n_rows,
                repeated_rows=link.n_repeated,
            )
        )
        shift = n_rows - link.n_repeated
        cells += [c.model_copy(update={"row": c.row + shift}) for c in link.table.cells if c.row >= link.n_repeated]
        n_rows += link.table.n_rows - link.n_repeated
    first = chain[0].table
    table = Table(n_rows=n_rows, n_cols=first.n_cols, cells=tuple(cells), caption=first.caption, engine=first.engine)
    return JoinedTable(parts=tuple(parts), table=table)
