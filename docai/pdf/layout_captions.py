"""Which caption block belongs to which table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind

_MAX_GAP = 0.06
"""Of the page's height: a caption stands nearer to its table than this."""
_OF_TABLE = re.compile(
    r"(?:supplementary\s+)?(?:table|tab\.|tabelle|tableau|tabla|tabella|exhibit|schedule)\b", re.IGNORECASE
)
_OF_FIGURE = re.compile(
    r"(?:supplementary\s+)?(?:fig(?:ure|\.)?|abb(?:ildung|\.)|chart|plate|scheme|photo|image)\b", re.IGNORECASE
)


def with_captions(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each table with the text of the nearest caption; a caption goes to one table only.

    The caption stays a block of its own.
    """
    pairs = sorted(
        (_gap(table.box, caption.box), t, c)
        for t, table in enumerate(blocks)
        if table.table is not None and table.table.caption is None
        for c, caption in enumerate(blocks)
        if _may_name_table(caption) and _gap(table.box, caption.box) <= _MAX_GAP
    )
    captions: dict[int, int] = {}
    for _, t, c in pairs:
        if t not in captions and c not in captions.values():
            captions[t] = c
    return [_captioned(block, blocks[captions[i]].text) if i in captions else block for i, block in enumerate(blocks)]


def _captioned(block: Block, caption: str) -> Block:
    assert block.table is not None
    return block.model_copy(update={"table": block.table.model_copy(update={"caption": caption})})


def _may_name_table(block: Block) -> bool:
    if block.kind is BlockKind.CAPTION:
        return not _OF_FIGURE.match(block.text)
    return block.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING} and _OF_TABLE.match(block.text) is not None


def _gap(a: Box, b: Box) -> float:
    """The height between two boxes above each other, 0 where they overlap; infinite for boxes side by side."""
    if min(a.x1, b.x1) <= max(a.x0, b.x0):
        return float("inf")
    return max(0.0, max(a.y0, b.y0) - min(a.y1, b.y1))
