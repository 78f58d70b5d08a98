"""Print that stands on its side, as wide tables on upright pages do, is turned before a reading is aligned with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from docai.domain.geometry import Box
from docai.domain.parses import Block
from docai.domain.words import PageWords, Word
from docai.grounding.align import Aligned, Placed, align

_COMMON = 0.5
"""Two words that share so much of the lower one's height, and less of the narrower one's width, are side by side."""
_MOST = 0.5
_QUARTER = 90


def align_turned(placed: Sequence[Placed], words: PageWords, *, taken: Iterable[int] = ()) -> Aligned:
    """As `align`, for pages most of whose print may stand on its side; boxes are on the page as shown."""
    degrees = quarter_turn(words.words)
    if not degrees:
        return align(placed, words, taken=taken)
    upright = [word.model_copy(update={"box": turned(word.box, degrees)}) for word in words.words]
    found = align(
        [_turned(each, degrees) for each in placed], words.model_copy(update={"words": tuple(upright)}), taken=taken
    )
    back = 360 - degrees
    blocks = (_shown(block, each, back) for block, each in zip(found.blocks, placed, strict=True))
    return replace(found, blocks=tuple(blocks))


def quarter_turn(words: Sequence[Word]) -> int:
    """By how many degrees clockwise (0, 90 or 270) a page must be turned for most of its lines to run across.

    Only how words of a line stand to one another is looked at: whether a word is higher than wide, in fractions of the
    page, depends on the page's shape.
    """
    steps = [(one.box, other.box) for one, other in pairwise(words) if one.line == other.line]
    across = sum(_is_beside(one, other) for one, other in steps)
    upward = sum(_is_beside(*map(_transposed, pair)) and pair[1].y0 < pair[0].y0 for pair in steps)
    downward = sum(_is_beside(*map(_transposed, pair)) and pair[1].y0 >= pair[0].y0 for pair in steps)
    if upward + downward <= _MOST * (across + upward + downward):
        return 0
    return _QUARTER if upward >= downward else 360 - _QUARTER


def _is_beside(one: Box, other: Box) -> bool:
    """Whether two boxes share most of their height and little of their width."""
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    shares_height = high >= _COMMON * min(one.height, other.height)
    return shares_height and wide < _COMMON * min(one.width, other.width)


def _transposed(box: Box) -> Box:
    return Box(x0=box.y0, y0=box.x0, x1=box.y1, y1=box.x1)


def turned(box: Box, degrees: int) -> Box:
    """Where a box stands once its page is turned clockwise by a multiple of 90 degrees."""
    x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
    for _ in range(degrees // _QUARTER % 4):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return Box.clipped(x0, y0, x1, y1)


def _turned(placed: Placed, degrees: int) -> Placed:
    box, area = placed.block.box, placed.area
    block = placed.block.model_copy(update={"box": box and turned(box, degrees)})
    return replace(placed, block=block, area=area and turned(area, degrees))


def _shown(block: Block, placed: Placed, degrees: int) -> Block:
    """A block with its boxes on the page as shown; the reader's own stay as they were given."""
    changes: dict[str, object] = {"box": placed.block.box or turned(block.box, degrees)}
    if block.table is not None and placed.block.table is not None:
        cells = tuple(
            cell.model_copy(update={"box": said.box or (cell.box and turned(cell.box, degrees))})
            for cell, said in zip(block.table.cells, placed.block.table.cells, strict=True)
        )
        changes["table"] = block.table.model_copy(update={"cells": cells})
    return block.model_copy(update=changes)
