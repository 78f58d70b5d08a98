"""Blocks that are read together: a caption with its table or figure, the form fields of one line."""

from __future__ import annotations

from collections.abc import Sequence

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.pdf.layout_captions import caption_hosts


def units_of(blocks: Sequence[Block]) -> list[list[Block]]:
    """All the blocks, those that are read together in one list, in reading order within it."""
    together = [[i] for i in range(len(blocks))]
    pairs = [[i, j] for i, j in caption_hosts(blocks).items() if blocks[i].kind is BlockKind.CAPTION]
    for group in [*pairs, *_field_rows(blocks)]:
        if len(group) > 1 and _stands_alone(group, blocks):
            together[group[0]] = sorted(group, key=lambda i: (round(blocks[i].box.y0, 2), blocks[i].box.x0))
            for i in group[1:]:
                together[i] = []
    return [[blocks[i] for i in group] for group in together if group]


def bounds_of(unit: Sequence[Block]) -> Box:
    """The smallest box around the blocks of a unit."""
    box = Box.around(block.box for block in unit)
    assert box is not None
    return box


def _field_rows(blocks: Sequence[Block]) -> list[list[int]]:
    """Fields by line: each overlaps the first of its line by more than half its height."""
    rows: list[list[int]] = []
    fields = [i for i, block in enumerate(blocks) if block.kind is BlockKind.FIELD]
    for i in sorted(fields, key=lambda i: blocks[i].box.y0):
        box = blocks[i].box
        first = blocks[rows[-1][0]].box if rows else None
        if first and min(first.y1, box.y1) - max(first.y0, box.y0) > min(first.height, box.height) / 2:
            rows[-1].append(i)
        else:
            rows.append([i])
    return rows


def _stands_alone(group: Sequence[int], blocks: Sequence[Block]) -> bool:
    """Whether no other block lies between those of the group."""
    around = bounds_of([blocks[i] for i in group])
    return not any(around.holds(block.box.centre) for i, block in enumerate(blocks) if i not in group)
