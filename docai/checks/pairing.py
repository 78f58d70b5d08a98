"""Which values of two results are one value: blocks by place and text, rows and columns by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from rapidfuzz.distance import Indel

from docai.domain.geometry import Box
from docai.domain.parses import Block
from docai.domain.tables import Table

SAME_PLACE = 0.5
"""Intersection over union from which two boxes are one place; the PASCAL VOC criterion."""
SAME_TEXT = 0.6
"""Normalised Indel similarity from which two texts at different places are one text, read differently."""
_BY_ORDER = 0.01
"""What standing at the same place of the order is worth where rows have nothing in common: less than any cell."""

Pairs = list[tuple[int, int]]
Item = TypeVar("Item")


def paired_blocks(before: Sequence[Block], after: Sequence[Block]) -> Pairs:
    """Blocks of two results that are one piece of the page, the likest first taken; each block in one pair at most.

    Exchanging the arguments exchanges the sides of every pair and changes nothing else.
    """
    scored = [
        (_likeness(one, other), i, j)
        for i, one in enumerate(before)
        for j, other in enumerate(after)
        if _sort(one) == _sort(other)
    ]
    # Of pairs that are equally alike the ones nearest in the order come first, whichever result is called the first.
    scored.sort(key=lambda pair: (-pair[0], abs(pair[1] - pair[2]), pair[1] + pair[2]))
    pairs: Pairs = []
    taken_before: set[int] = set()
    taken_after: set[int] = set()
    for score, i, j in scored:
        if score > 0 and i not in taken_before and j not in taken_after:
            pairs.append((i, j))
            taken_before.add(i)
            taken_after.add(j)
    return sorted(pairs)


def paired_rows(before: Table, after: Table) -> Pairs:
    """Rows of two readings of a table that are one row, in order: a row too many does not shift those behind it."""
    return _in_order(_rows(before), _rows(after), _overlap)


def paired_columns(before: Table, after: Table) -> Pairs:
    """Columns likewise."""
    return _in_order(_columns(before), _columns(after), _overlap)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1; 1 for a box without area and itself."""
    if one == other:
        return 1.0
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


def _sort(block: Block) -> tuple[bool, bool, str | None]:
    """What two blocks must share to be one: a table is not compared with text, nor a field with another field."""
    return block.table is not None, block.chart is not None, block.label


def _likeness(one: Block, other: Block) -> float:
    """0: not one piece of the page; the place tells, and the text of what has moved."""
    place = overlap(one.box, other.box)
    is_there = place >= SAME_PLACE
    if not one.text and not other.text:
        return place if is_there else 0.0
    if one.text == other.text:
        return 2.0 + place
    text = Indel.normalized_similarity(one.text, other.text, score_cutoff=None if is_there else SAME_TEXT)
    return place + text if is_there or text else 0.0


def _rows(table: Table) -> list[Counter[str]]:
    found = [Counter[str]() for _ in range(table.n_rows)]
    for cell in table.cells:
        found[cell.row][cell.text] += 1
    return found


def _columns(table: Table) -> list[Counter[str]]:
    found = [Counter[str]() for _ in range(table.n_cols)]
    for cell in table.cells:
        found[cell.col][cell.text] += 1
    return found


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags of cells, 0 to 1; cells without text count a hundredth."""
    shared, all_of_both = _weight(one & other), _weight(one) + _weight(other)
    return 2 * shared / all_of_both if all_of_both else 1.0


def _weight(cells: Counter[str]) -> float:
    return sum(n if text else n / 100 for text, n in cells.items())


def _in_order(before: Sequence[Item], after: Sequence[Item], likeness: Callable[[Item, Item], float]) -> Pairs:
    """The alignment of two sequences with the greatest sum of likenesses (Needleman and Wunsch, 1970, free gaps)."""
    best = np.zeros((len(before) + 1, len(after) + 1))
    pair = np.zeros((len(before), len(after)))
    for i, one in enumerate(before):
        for j, other in enumerate(after):
            pair[i, j] = _BY_ORDER + likeness(one, other)
            best[i + 1, j + 1] = max(best[i, j] + pair[i, j], best[i, j + 1], best[i + 1, j])
    pairs: Pairs = []
    i, j = len(before), len(after)
    while i and j:
        if best[i, j] == best[i - 1, j - 1] + pair[i - 1, j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]
