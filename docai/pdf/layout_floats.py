"""Figures, tables and captions moved out of the paragraphs that they part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docai.domain.parses import Block, BlockKind

_FLOATS = frozenset({BlockKind.FIGURE, BlockKind.CHART, BlockKind.TABLE, BlockKind.CAPTION})
_HYPHENS = "-\u2010\u00ad"
_ENDS = ".!?:;\u3002"


def around_paragraphs(blocks: Sequence[Block], is_small: Callable[[Block], bool]) -> list[Block]:
    """The body's blocks in order, a running paragraph's parts next to each other.

    Floats stand at the head or foot of a column wherever they fit, in the midst of what is being said. One between
    two parts of a paragraph is read after it. One before a paragraph that runs on from the page before is read after
    that, one behind a paragraph that runs on to the next page before that.

    Args:
        blocks: the body's, in reading order.
        is_small: whether a block is in smaller print than the body; such a one behind a float is a note to it.
    """
    ordered: list[Block] = []
    floats: list[Block] = []
    start = 0
    for block in blocks:
        if block.kind in _FLOATS or (floats and is_small(block)):
            floats.append(block)
        elif _runs_on(ordered[-1] if ordered else None, block):
            ordered.append(block)
        else:
            ordered += floats
            floats, start = [], len(ordered)
            ordered.append(block)
    runs_through = bool(ordered) and start == 0 and _runs_on(None, ordered[0])
    if not ordered or runs_through or not _is_unfinished(ordered[-1]):
        return ordered + floats
    return [*ordered[:start], *floats, *ordered[start:]]


def _runs_on(last: Block | None, block: Block) -> bool:
    """Whether a paragraph goes on with what stands before it, here or on the page before."""
    if block.kind is not BlockKind.PARAGRAPH:
        return False
    if last is None:
        return block.text[:1].islower()
    return _is_unfinished(last) or (last.kind is BlockKind.PARAGRAPH and _starts_within(block, last))


def _starts_within(block: Block, last: Block) -> bool:
    return block.text[:1].islower() and last.text[-1:] not in _ENDS


def _is_unfinished(block: Block) -> bool:
    """Whether a paragraph breaks off within a sentence."""
    last = block.text[-1:]
    return block.kind is BlockKind.PARAGRAPH and (last.islower() or last == "," or last in _HYPHENS)
