"""Which caption belongs to which table or figure."""

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

_HOSTS = frozenset({BlockKind.TABLE, BlockKind.FIGURE, BlockKind.CHART})


def with_captions(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each table with its caption's text; the caption stays a block of its own and is marked as one."""
    hosts = caption_hosts(blocks)
    texts = {host: blocks[caption].text for caption, host in hosts.items()}
    return [
        block.model_copy(update={"kind": BlockKind.CAPTION}) if i in hosts else _captioned(block, texts.get(i))
        for i, block in enumerate(blocks)
    ]


def caption_hosts(blocks: Sequence[Block]) -> dict[int, int]:
    """For captions by index the table or figure nearest above or below, one caption to each; others are left out."""
    candidates = [(h, host) for h, host in enumerate(blocks) if host.kind in _HOSTS]
    pairs = sorted(
        (_gap(host.box, caption.box), c, h)
        for c, caption in enumerate(blocks)
        for h, host in candidates
        if _may_name(caption, host.kind) and _gap(host.box, caption.box) <= _MAX_GAP
    )
    hosts: dict[int, int] = {}
    for _, c, h in pairs:
        if c not in hosts and h not in hosts.values():
            hosts[c] = h
    return hosts


def _captioned(block: Block, caption: str | None) -> Block:
    if caption is None or block.table is None or block.table.caption is not None:
        return block
    return block.model_copy(update={"table": block.table.model_copy(update={"caption": caption})})


def _may_name(block: Block, host: BlockKind) -> bool:
    """Whether the block may be the caption of a table or figure: by its kind and by its first word."""
    of_table, of_figure = _OF_TABLE.match(block.text), _OF_FIGURE.match(block.text)
    if block.kind is BlockKind.CAPTION:
        return not (of_figure if host is BlockKind.TABLE else of_table)
    is_text = block.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING}
    return is_text and host is BlockKind.TABLE and of_table is not None


def _gap(a: Box, b: Box) -> float:
    """The height between two boxes above each other, 0 where they overlap; infinite for boxes side by side."""
    if min(a.x1, b.x1) <= max(a.x0, b.x0):
        return float("inf")
    return max(0.0, max(a.y0, b.y0) - min(a.y1, b.y1))
