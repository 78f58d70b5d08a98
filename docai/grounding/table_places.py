"""Where a table's rows, columns and cells must be on the page, by the words that were found for some of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.grounding.word_matching import Print

_MOST_ACROSS = 0.03
"""A column's print reaches at most so far beyond that of its other cells, in fractions of the page."""
_MOST_DOWN = 0.6
"""A row's print reaches at most so far beyond that of its other cells, in heights of a line."""
_WEIGHT = 3
"""Characters by which a cell weighs once more in saying where its row's line is."""
_MOST_WEIGHT = 6
"""How often it weighs more at most."""
_OFF_LINE = 0.7
"""A cell stands in another line than the rest of its row from so many heights of a line on."""

Extent = tuple[float, float]
Ids = Mapping[int, Sequence[int]]
"""Ids of the words found for each cell, by its number."""


@dataclass(frozen=True, slots=True)
class Places:
    """From where to where rows and columns reach: what was found in cells that span none of the others."""

    rows: Mapping[int, Extent]
    columns: Mapping[int, Extent]
    whole: Box
    """Where the table stands."""
    line_height: float

    def certain(self, cell: Cell) -> Box | None:
        """Where a cell must be; None unless its rows and columns are all known, or the reader gave its box."""
        if cell.box is not None:
            return cell.box
        across = _reach(self.columns, cell.col, cell.col_span, (self.whole.x0, self.whole.x1), _MOST_ACROSS)
        most = _MOST_DOWN * self.line_height
        down = _reach(self.rows, cell.row, cell.row_span, (self.whole.y0, self.whole.y1), most)
        return None if across is None or down is None else _box(across, down)

    def possible(self, cell: Cell) -> Box | None:
        """All between the rows and columns beside a cell; None where nothing is between them."""
        if cell.box is not None:
            return cell.box
        across = _between(self.columns, cell.col, cell.col_span, (self.whole.x0, self.whole.x1))
        down = _between(self.rows, cell.row, cell.row_span, (self.whole.y0, self.whole.y1))
        return _box(across, down)


def places_of(table: Table, sure: Ids, unsure: Ids, printed: Print, whole: Box) -> Places:
    """Where rows and columns are, by cells that are sure of their words, and where there are none by the others.

    Args:
        table: as it was read.
        sure: words of cells that found all that they say.
        unsure: words of cells that did not.
        printed: the page's words.
        whole: where the table stands.
    """
    rows, columns = _extents(table, sure, printed)
    more_rows, more_columns = _extents(table, unsure, printed)
    heights = [printed.edges[i][3] - printed.edges[i][1] for found in sure.values() for i in found]
    return Places(more_rows | rows, more_columns | columns, whole, median(heights) if heights else 0.0)


def _extents(table: Table, ids: Ids, printed: Print) -> tuple[dict[int, Extent], dict[int, Extent]]:
    rows: dict[int, Extent] = {}
    columns: dict[int, Extent] = {}
    for number, found in ids.items():
        if not found:
            continue
        cell, (x0, y0, x1, y1) = table.cells[number], printed.edges_of(found)
        if cell.row_span == 1:
            rows[cell.row] = _wider(rows.get(cell.row), (y0, y1))
        if cell.col_span == 1:
            columns[cell.col] = _wider(columns.get(cell.col), (x0, x1))
    return rows, columns


def astray(table: Table, ids: Ids, printed: Print) -> list[int]:
    """Cells whose words stand nearer to the middle of another row or column than to that of their own."""
    edges = {n: printed.edges_of(found) for n, found in ids.items() if found}
    middles = {n: ((x0 + x1) / 2, (y0 + y1) / 2) for n, (x0, y0, x1, y1) in edges.items()}
    rows = _medians((table.cells[n].row, y) for n, (_, y) in middles.items() if table.cells[n].row_span == 1)
    columns = _medians((table.cells[n].col, x) for n, (x, _) in middles.items() if table.cells[n].col_span == 1)
    sorted_rows, sorted_columns = sorted(rows.values()), sorted(columns.values())
    found = []
    for number, (x, y) in middles.items():
        cell = table.cells[number]
        in_row = cell.row_span > 1 or _is_nearest(y, rows[cell.row], sorted_rows)
        in_column = cell.col_span > 1 or _is_nearest(x, columns[cell.col], sorted_columns)
        if not in_row or not in_column:
            found.append(number)
    return found


def beside(table: Table, ids: Ids, printed: Print) -> list[int]:
    """Cells whose words stand in another line than most of their row, or beside all that most of their column has."""
    edges = {n: printed.edges_of(found) for n, found in ids.items() if found}
    in_rows = {n: of_one for n, of_one in edges.items() if table.cells[n].row_span == 1}
    in_columns = {n: of_one for n, of_one in edges.items() if table.cells[n].col_span == 1}
    # By characters: a dash or a zero is found in the wrong line before a name is.
    rows = _medians(
        (table.cells[n].row, (y0 + y1) / 2)
        for n, (_, y0, _, y1) in in_rows.items()
        for _ in range(1 + min(_MOST_WEIGHT, len(table.cells[n].text) // _WEIGHT))
    )
    starts = _medians((table.cells[n].col, x0) for n, (x0, _, _, _) in in_columns.items())
    ends = _medians((table.cells[n].col, x1) for n, (_, _, x1, _) in in_columns.items())
    off_line = {
        n
        for n, (_, y0, _, y1) in in_rows.items()
        if abs((y0 + y1) / 2 - rows[table.cells[n].row]) > _OFF_LINE * (y1 - y0)
    }
    aside = {
        n
        for n, (x0, _, x1, _) in in_columns.items()
        if x1 < starts[table.cells[n].col] or x0 > ends[table.cells[n].col]
    }
    return sorted(off_line | aside)


def _medians(places: Iterable[tuple[int, float]]) -> dict[int, float]:
    """The median of each row or column."""
    found: dict[int, list[float]] = {}
    for number, place in places:
        found.setdefault(number, []).append(place)
    return {number: median(of_one) for number, of_one in found.items()}


def _is_nearest(place: float, own: float, medians: Sequence[float]) -> bool:
    """Whether no other median is nearer to a place than its own."""
    n = bisect_left(medians, place)
    return abs(place - own) <= min(abs(place - other) for other in medians[max(0, n - 1) : n + 1])


def _wider(known: Extent | None, more: Extent) -> Extent:
    return more if known is None else (min(known[0], more[0]), max(known[1], more[1]))


def _between(known: Mapping[int, Extent], first: int, span: int, whole: Extent) -> Extent:
    """From the end of the last row or column before a stretch to the begin of the first one behind it."""
    before = max((extent[1] for n, extent in known.items() if n < first), default=whole[0])
    after = min((extent[0] for n, extent in known.items() if n >= first + span), default=whole[1])
    own = [extent for n, extent in known.items() if first <= n < first + span]
    # Print of one column may reach into the next: what is known of the stretch itself is part of it all the same.
    return min([before, *(e[0] for e in own)]), max([after, *(e[1] for e in own)])


def _reach(known: Mapping[int, Extent], first: int, span: int, whole: Extent, most: float) -> Extent | None:
    """The extent of a stretch of rows or columns that are all known, with a third of the gaps beside it, at most."""
    within = [extent for n, extent in known.items() if first <= n < first + span]
    if len(within) < span:
        return None
    before = max((extent[1] for n, extent in known.items() if n < first), default=whole[0])
    after = min((extent[0] for n, extent in known.items() if n >= first + span), default=whole[1])
    start, end = min(e[0] for e in within), max(e[1] for e in within)
    return start - min(most, max(0.0, start - before) / 3), end + min(most, max(0.0, after - end) / 3)


def _box(across: Extent, down: Extent) -> Box | None:
    if across[0] >= across[1] or down[0] >= down[1]:
        return None
    return Box.clipped(across[0], down[0], across[1], down[1])
