"""A table that a model read, its cells with the words that say them, or that stand where a cell must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.domain.words import Word
from docai.grounding.word_matching import Token, is_ornament, match, tokens_of

_SAME_LINE = 0.5
"""Words whose middles differ by less than this part of their height stand in one line."""

Extent = tuple[float, float]


def align_table(
    table: Table, heard: Sequence[int], words: Sequence[Word], place: Box, *, is_all_its: bool
) -> tuple[Table, set[int]]:
    """Give every cell its words; gives the table, and the words that stand in cells which do not say them.

    First cells and words are matched line by line. Words that stand in another row or column than their cell's others
    were matched by chance and are let go. What is left is looked for where the cells matched so far say that a row and
    a column must be: there a word that reads something else is the cell's too, and tells against it.

    Args:
        table: as it was read.
        heard: ids of the words to look among.
        words: the page's words.
        place: where the table stands.
        is_all_its: whether the reader said where the table stands, so that all words there are of it; else those that
            no cell says may be of other text.
    """
    lines = _line_by_line(heard, words)
    tokens = [tokens_of(cell.text, number) for number, cell in enumerate(table.cells)]
    matches = match([token for of_cell in tokens for token in of_cell], lines, words)
    ids = {number: list(matches.ids.get(number, ())) for number in range(len(table.cells))}
    for number in _astray(table, ids, words):
        ids[number] = []
    unsaid: set[int] = set()
    for is_last in (False, True):
        unsaid |= _look_in_place(table, tokens, ids, _Print(lines, words, place), takes_unsaid=is_last and is_all_its)
    rank = {i: n for n, i in enumerate(lines)}
    cells = tuple(_with_words(cell, sorted(ids[n], key=rank.__getitem__), words) for n, cell in enumerate(table.cells))
    return table.model_copy(update={"cells": cells}), unsaid


@dataclass(frozen=True, slots=True)
class _Print:
    """What is printed where the table stands."""

    lines: Sequence[int]
    """Ids of words, line by line."""
    words: Sequence[Word]
    place: Box


def _look_in_place(
    table: Table, tokens: Sequence[Sequence[Token]], ids: dict[int, list[int]], printed: _Print, *, takes_unsaid: bool
) -> set[int]:
    """Complete cells with the free words that stand where they must be; gives those that a cell does not say."""
    words = printed.words
    extents = _extents(table, ids, words)
    free = set(printed.lines) - {i for found in ids.values() for i in found}
    unsaid: set[int] = set()
    for number in sorted(ids, key=lambda n: len(table.cells[n].text), reverse=True):
        expected, is_sure = _expected(table.cells[number], extents, printed.place)
        if expected is None:
            continue
        own = set(ids[number])
        here = [i for i in printed.lines if i in own or (i in free and expected.holds(words[i].box.centre))]
        if len(here) == len(own):
            continue
        more = match(tokens[number], here, words)
        n_before = match(tokens[number], [i for i in here if i in own], words).n_matched.get(number, 0)
        if more.n_matched.get(number, 0) > n_before or not own:
            ids[number] = more.ids.get(number, [])
        left = [i for i in here if i not in ids[number] and not is_ornament(words[i].text)]
        left = left if is_sure and takes_unsaid else []
        ids[number] = ids[number] + left
        unsaid.update(left)
        free = (free | own) - set(ids[number])
    return unsaid


def _astray(table: Table, ids: dict[int, list[int]], words: Sequence[Word]) -> list[int]:
    """Cells whose words stand nearer to the middle of another row or column than to that of their own."""
    middles = {n: box.centre for n, found in ids.items() if (box := Box.around(words[i].box for i in found))}
    rows = _medians((table.cells[n].row, y) for n, (_, y) in middles.items() if table.cells[n].row_span == 1)
    columns = _medians((table.cells[n].col, x) for n, (x, _) in middles.items() if table.cells[n].col_span == 1)
    astray = []
    for number, (x, y) in middles.items():
        cell = table.cells[number]
        in_row = cell.row_span > 1 or _is_nearest(y, cell.row, rows)
        in_column = cell.col_span > 1 or _is_nearest(x, cell.col, columns)
        if not in_row or not in_column:
            astray.append(number)
    return astray


def _medians(places: Iterable[tuple[int, float]]) -> dict[int, float]:
    """The median of each row or column."""
    found: dict[int, list[float]] = {}
    for number, place in places:
        found.setdefault(number, []).append(place)
    return {number: median(of_one) for number, of_one in found.items()}


def _is_nearest(place: float, own: int, medians: dict[int, float]) -> bool:
    distance = abs(place - medians[own]) if own in medians else 0.0
    return all(distance <= abs(place - other) for other in medians.values())


def _with_words(cell: Cell, ids: Sequence[int], words: Sequence[Word]) -> Cell:
    box = cell.box or Box.around(words[i].box for i in ids)
    return cell.model_copy(update={"word_ids": tuple(ids), "box": box})


def _line_by_line(heard: Sequence[int], words: Sequence[Word]) -> list[int]:
    """Words as a table is read: lines from the top, each from the left."""
    lines: list[list[int]] = []
    middle, height = 0.0, 0.0
    for i in sorted(heard, key=lambda i: words[i].box.centre[1]):
        y = words[i].box.centre[1]
        if not lines or y - middle > _SAME_LINE * max(height, words[i].box.height):
            lines.append([])
            middle, height = y, words[i].box.height
        lines[-1].append(i)
    return [i for line in lines for i in sorted(line, key=lambda i: words[i].box.x0)]


def _extents(
    table: Table, ids: dict[int, list[int]], words: Sequence[Word]
) -> tuple[dict[int, Extent], dict[int, Extent]]:
    """From where to where rows and columns reach, by what was matched in cells that span none of the others."""
    rows: dict[int, Extent] = {}
    columns: dict[int, Extent] = {}
    for number, cell in enumerate(table.cells):
        box = Box.around(words[i].box for i in ids[number])
        if box is None:
            continue
        if cell.row_span == 1:
            rows[cell.row] = _wider(rows.get(cell.row), (box.y0, box.y1))
        if cell.col_span == 1:
            columns[cell.col] = _wider(columns.get(cell.col), (box.x0, box.x1))
    return rows, columns


def _wider(known: Extent | None, more: Extent) -> Extent:
    return more if known is None else (min(known[0], more[0]), max(known[1], more[1]))


def _expected(cell: Cell, extents: tuple[dict[int, Extent], dict[int, Extent]], place: Box) -> tuple[Box | None, bool]:
    """Where a cell must be, and whether its row and column are both known by other cells of theirs."""
    if cell.box is not None:
        return cell.box, True
    rows, columns = extents
    across, knows_column = _between(columns, cell.col, cell.col_span, (place.x0, place.x1))
    down, knows_row = _between(rows, cell.row, cell.row_span, (place.y0, place.y1))
    if across[0] >= across[1] or down[0] >= down[1]:
        return None, False
    return Box.clipped(across[0], down[0], across[1], down[1]), knows_column and knows_row


def _between(known: dict[int, Extent], first: int, span: int, whole: Extent) -> tuple[Extent, bool]:
    """The extent of a stretch of rows or columns, and whether it is known; else all between its neighbours.

    What is known reaches a third into the gaps beside it: a cell's print may be wider than that of the others.
    """
    before = max((extent[1] for n, extent in known.items() if n < first), default=whole[0])
    after = min((extent[0] for n, extent in known.items() if n >= first + span), default=whole[1])
    within = [extent for n, extent in known.items() if first <= n < first + span]
    if len(within) < span:
        return (before, after), False
    start, end = min(e[0] for e in within), max(e[1] for e in within)
    return (start - max(0.0, start - before) / 3, end + max(0.0, after - end) / 3), True
