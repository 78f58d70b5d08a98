"""Whether a table's rows and columns are those of the print: none missing, none made up, none out of line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from docai.checks.cell_grid import CellGrid, Extent, around, place
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.tables import Cell
from docai.domain.words import Word

_LEAST_SHARE_PLACED = 0.5
"""Of cells with text: with words for fewer, the witness does not see the table well enough to tell."""
_MOST_OUT_OF_LINE = 0.25
"""Of cells: where more are, it is the print that stands otherwise than a table's rows and columns, such as turned."""
_COLUMN_GAP = 0.8
"""Of a line's height: words of two columns stand wider apart, words of one sentence do not."""
_LEAST_OF_COLUMN = 0.4
"""Of the rows in which a column that was left out must have words."""
_FEWEST_ROWS = 3

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Lanes:
    """From where to where rows (from top to bottom) and columns (from left to right) reach in print."""

    rows: dict[int, Span]
    columns: dict[int, Span]


def check_shape(index: int, grid: CellGrid, area: Box) -> list[Check]:
    """The checks of a table's grid against its print; none where the witness sees too little of it.

    Args:
        index: of the table's block on its page.
        grid: the table.
        area: where the table stands, as far as its reader knew.
    """
    filled = [cell for cell in grid.table.cells if cell.text.strip()]
    if not filled or len(grid.extents) < _LEAST_SHARE_PLACED * len(filled):
        return []
    lanes = _lanes(grid)
    return [*_closes(index, grid, lanes, filled, area), *_in_line(index, grid, filled)]


def _lanes(grid: CellGrid) -> _Lanes:
    rows: dict[int, list[Extent]] = {}
    columns: dict[int, list[Extent]] = {}
    for cell in grid.table.cells:
        extent = grid.extents.get((cell.row, cell.col))
        if extent is None:
            continue
        if cell.row_span == 1:
            rows.setdefault(cell.row, []).append(extent)
        if cell.col_span == 1:
            columns.setdefault(cell.col, []).append(extent)
    return _Lanes(
        {n: (min(e.y0 for e in of_one), max(e.y1 for e in of_one)) for n, of_one in rows.items()},
        {n: (min(e.x0 for e in of_one), max(e.x1 for e in of_one)) for n, of_one in columns.items()},
    )


def _closes(index: int, grid: CellGrid, lanes: _Lanes, filled: Sequence[Cell], area: Box) -> list[Check]:
    made_up = _unseen_lanes(grid, filled)
    free = _free(grid, area)
    left_out = [*_lines_left_out(free, lanes), *_columns_left_out(free, lanes)] if free else []
    if not made_up and not left_out:
        return [
            _check(index, CheckName.GRID_CLOSES, "Every row and column is one of the print, and no other is there.")
        ]
    said = []
    if made_up:
        said.append(f"{len(made_up)} cells fill a row or column of which the page shows nothing")
    if left_out:
        said.append(f"{len(left_out)} rows or columns of words in the table belong to no cell")
    failed = _check(index, CheckName.GRID_CLOSES, f"{'; '.join(said)}.", CheckResult.FAILED)
    return [
        failed.model_copy(
            update={"cells": tuple(place(c) for c in made_up), "boxes": tuple(extent.box for extent in left_out)}
        )
    ]


def _unseen_lanes(grid: CellGrid, filled: Sequence[Cell]) -> list[Cell]:
    """The cells of rows and columns that have text and no word."""
    unseen: dict[tuple[int, int], Cell] = {}
    for is_column in (False, True):
        by_lane: dict[int, list[Cell]] = {}
        for cell in filled:
            if (cell.col_span if is_column else cell.row_span) == 1:
                by_lane.setdefault(cell.col if is_column else cell.row, []).append(cell)
        for cells in by_lane.values():
            if len(cells) > 1 and not any((c.row, c.col) in grid.extents for c in cells):
                unseen |= {(c.row, c.col): c for c in cells}
    return [unseen[spot] for spot in sorted(unseen)]


def _lines_left_out(free: Sequence[Word], lanes: _Lanes) -> list[Extent]:
    """Lines of words within the table that stand in its columns, and in none of its rows."""
    found = []
    for line in _lines(word for word in free if not _is_in_any(word.box.centre[1], lanes.rows)):
        runs = _runs(line)
        hit = {n for run in runs for n, span in lanes.columns.items() if _overlap(span, (run.x0, run.x1)) > 0}
        if len(runs) > 1 and len(hit) >= 2 and len(hit) >= len(runs) >= len(lanes.columns) / 2:
            found.append(_around(line))
    return found


def _free(grid: CellGrid, area: Box) -> list[Word]:
    """The words in a table's area that are of no cell."""
    own = grid.own_words
    return [
        word
        for i, word in enumerate(grid.words)
        if i not in own and area.y0 <= word.box.y1 and word.box.y0 <= area.y1 and area.holds(word.box.centre)
    ]


def _columns_left_out(free: Sequence[Word], lanes: _Lanes) -> list[Extent]:
    """Words of nobody in the table's rows, one below the other, and in none of its columns."""
    if not lanes.rows or not lanes.columns:
        return []
    beside = [
        word
        for word in free
        if _is_in_any(word.box.centre[1], lanes.rows)
        and not _is_in_any(word.box.centre[0], lanes.columns)
        and any(map(str.isalnum, word.text))
    ]
    found = []
    for group in _side_by_side(beside):
        rows = {n for word in group for n, span in lanes.rows.items() if span[0] <= word.box.centre[1] <= span[1]}
        if len(rows) >= max(_FEWEST_ROWS, _LEAST_OF_COLUMN * len(lanes.rows)):
            found.append(_around(group))
    return found


def _in_line(index: int, grid: CellGrid, filled: Sequence[Cell]) -> list[Check]:
    """Whether each cell's print stands beside that of its row and below that of its column."""
    placed = [cell for cell in filled if (cell.row, cell.col) in grid.extents]
    out = _out_of_line(placed, grid)
    if not out:
        message = "The cells of each row stand beside, those of each column below each other."
        return [_check(index, CheckName.CELLS_IN_LINE, message)]
    is_clear = len(out) <= _MOST_OUT_OF_LINE * len(placed)
    result = CheckResult.FAILED if is_clear else CheckResult.UNDECIDED
    message = f"{len(out)} of {len(placed)} cells stand in another row or column of the print than in the table."
    check = _check(index, CheckName.CELLS_IN_LINE, message, result)
    boxes = tuple(grid.extents[c.row, c.col].box for c in out) if is_clear else ()
    return [check.model_copy(update={"cells": tuple(place(c) for c in out), "boxes": boxes})]


def _out_of_line(placed: Sequence[Cell], grid: CellGrid) -> list[Cell]:
    """Cells that stand nearer to another row than to their own, or in another column's place and not in theirs."""
    down: dict[int, list[float]] = {}
    across: dict[int, list[Extent]] = {}
    seen = [(cell, grid.extents[cell.row, cell.col]) for cell in placed]
    for cell, extent in seen:
        if cell.row_span == 1:
            down.setdefault(cell.row, []).append((extent.y0 + extent.y1) / 2)
        if cell.col_span == 1:
            across.setdefault(cell.col, []).append(extent)
    middles = {row: median(of_one) for row, of_one in down.items()}
    spans = {c: (median([e.x0 for e in each]), median([e.x1 for e in each])) for c, each in across.items()}
    return [
        cell
        for cell, extent in seen
        if (cell.row_span == 1 and _is_in_other_row(cell.row, extent, middles))
        or (cell.col_span == 1 and _is_in_other_column(cell.col, extent, spans))
        or (cell.col_span > 1 and _is_of_several(cell, grid.words, spans))
    ]


def _is_in_other_row(row: int, extent: Extent, middles: Mapping[int, float]) -> bool:
    own = middles[row]
    if extent.y0 <= own <= extent.y1:
        return False
    y = (extent.y0 + extent.y1) / 2
    return any(abs(y - other) < abs(y - own) for other in middles.values())


def _is_in_other_column(col: int, extent: Extent, spans: Mapping[int, Span]) -> bool:
    x0, x1 = spans[col]
    if extent.x0 < x1 and x0 < extent.x1:
        return False
    span, width = (extent.x0, extent.x1), extent.x1 - extent.x0
    return any(_overlap(span, other) > width / 2 for other in spans.values())


def _is_of_several(cell: Cell, words: Sequence[Word], spans: Mapping[int, Span]) -> bool:
    """Whether a cell that spans columns has a piece of print in the place of each: they are cells of their own."""
    lines = _lines(words[i] for i in cell.word_ids)
    if len(lines) != 1:
        return False
    pieces = _runs(lines[0])
    columns = [[n for n, span in spans.items() if _overlap(span, (piece.x0, piece.x1)) > 0] for piece in pieces]
    return len(pieces) == cell.col_span and columns == [[n] for n in range(cell.col, cell.col + cell.col_span)]


def _overlap(one: Span, other: Span) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _is_in_any(place_at: float, spans: Mapping[int, Span]) -> bool:
    return any(start <= place_at <= end for start, end in spans.values())


def _lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words whose middles lie within each other's heights, each line from the left."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.box.y0 + w.box.y1):
        if lines and word.box.centre[1] <= lines[-1][0].box.y1:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.box.x0) for line in lines]


def _runs(line: Sequence[Word]) -> list[Extent]:
    """The pieces of a line that wide gaps part."""
    pieces: list[list[Word]] = []
    for word in line:
        if pieces and word.box.x0 - pieces[-1][-1].box.x1 <= _COLUMN_GAP * word.box.height:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [_around(piece) for piece in pieces]


def _side_by_side(words: Iterable[Word]) -> list[list[Word]]:
    """Words whose places across the page overlap, one group for each place."""
    groups: list[list[Word]] = []
    end = -1.0
    for word in sorted(words, key=lambda w: w.box.x0):
        if groups and word.box.x0 <= end:
            groups[-1].append(word)
        else:
            groups.append([word])
        end = max(end, word.box.x1)
    return groups


def _around(words: Sequence[Word]) -> Extent:
    return around(word.box for word in words)


def _check(index: int, name: CheckName, message: str, result: CheckResult = CheckResult.PASSED) -> Check:
    return Check(name=name, result=result, message=message, block=index)
