"""Whether blocks follow each other as a person reads them: down a column, then the next column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median

from docai.checks.flag_messages import quoted
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.evidence import BoxSource
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word

_FLOW = frozenset({BlockKind.TITLE, BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
"""What is read one after the other. Captions, notes, figures, tables and margins are read when one comes to them."""
_FLOATS = frozenset({BlockKind.TABLE, BlockKind.FIGURE, BlockKind.CHART, BlockKind.CAPTION})
_BESIDE = 0.02
"""What stands so near above or below a float, as a share of the page's height, is a note or a label of it."""
_MARGIN = 0.09
"""Running headers and footers stand so far from the page's edge, as a share of its height."""
_SMALL = 0.93
"""Print so many times as big as the page's usual print is a note, wherever it stands."""
_SAME_COLUMN = 0.7
"""Blocks that share so much of the narrower one's width stand in one column."""
_ALIKE = 0.4
"""The narrower of two blocks of a column is at least so many times as wide as the other; text over columns is wider."""
_SLACK = 0.005
"""Boxes of neighbouring blocks overlap so far, as a share of the page's height."""
_QUOTED = 40


def check_reading_order(blocks: Sequence[Block], words: Sequence[Word]) -> list[Check]:
    """One check for each block that goes on above the one before it in the same column, else one that none does.

    Nothing for pages with less than two blocks of running text whose place is known.

    Args:
        blocks: the page's, as they were read.
        words: the page's, which the blocks' word ids index.
    """
    floats = [block.box for block in blocks if block.kind in _FLOATS or block.table is not None]
    sizes = [size for word in words if (size := word.font_size_pt)]
    small = _SMALL * median(sizes) if sizes else 0.0
    flow = [
        (index, block, box)
        for index, block in enumerate(blocks)
        if (box := _place(block)) is not None
        and not any(_is_beside(box, other) for other in floats)
        and _font_size(block, words) >= small
    ]
    if len(flow) < 2:
        return []
    found = list(_jumps(flow))
    return found or [_check(CheckResult.PASSED, "Down each column, every block follows the one above it.")]


def _jumps(flow: Sequence[tuple[int, Block, Box]]) -> Iterator[Check]:
    """Each block held against the lowest one of its column that was read before it."""
    for n, (index, block, box) in enumerate(flow):
        above = [(other, place) for _, other, place in flow[:n] if box.y1 <= place.y0 + _SLACK]
        passed = [(other, place) for other, place in above if _are_in_one_column(place, box)]
        if passed:
            before, place = passed[-1]
            message = (
                f"{quoted(block.text, _QUOTED)} is read after {quoted(before.text, _QUOTED)}, but stands above it in "
                "the same column."
            )
            yield _check(CheckResult.FAILED, message, index, (place, box))


def _place(block: Block) -> Box | None:
    """Where a block of running text stands; None for others, in the margins, and where only the reader says so."""
    if block.kind not in _FLOW or not block.text.strip():
        return None
    evidence = block.evidence
    box = block.box if evidence is None else evidence.box
    is_known = evidence is None or evidence.box_source is not BoxSource.READER
    if box is None or not is_known or box.y1 <= _MARGIN or box.y0 >= 1 - _MARGIN:
        return None
    return box


def _font_size(block: Block, words: Sequence[Word]) -> float:
    """Of a block's words, in points; without bounds where the witness does not know it."""
    sizes = [size for i in block.word_ids if (size := words[i].font_size_pt)]
    return median(sizes) if sizes else math.inf


def _are_in_one_column(one: Box, other: Box) -> bool:
    common = min(one.x1, other.x1) - max(one.x0, other.x0)
    narrow, wide = sorted((one.width, other.width))
    return common > 0 and common >= _SAME_COLUMN * narrow and narrow >= _ALIKE * wide


def _is_beside(box: Box, other: Box) -> bool:
    """Whether a block lies in a float, or touches it from above or below."""
    is_near = box.y0 <= other.y1 + _BESIDE and box.y1 >= other.y0 - _BESIDE
    return is_near and box.x0 <= other.x1 and box.x1 >= other.x0


def _check(result: CheckResult, message: str, index: int | None = None, boxes: tuple[Box, ...] = ()) -> Check:
    return Check(name=CheckName.READING_ORDER, result=result, message=message, block=index, boxes=boxes)
