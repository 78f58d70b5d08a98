"""Heading levels from numbering, else from the print sizes on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word

_NUMBERING = re.compile(r"^(?:[A-Z]\.)?(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
"""`2 Methods`, `2.1. Data`, `A.3.1 Proofs`; each part one level."""
_LOWEST = 6
"""HTML and Markdown know six levels."""
_SAME_SIZE_PT = 0.6
"""Sizes this near are one size: OCR boxes and rounded fonts vary by so much."""


def with_levels(blocks: Sequence[Block], words: Sequence[Word], page_height_pt: float) -> list[Block]:
    """The blocks, titles at level 1 and headings below them.

    A numbered heading's level is its depth of numbering plus one. The others are ranked by print size; one that prints
    as large as a numbered heading shares its level.
    """
    sizes = {
        i: _print_size(block, words, page_height_pt)
        for i, block in enumerate(blocks)
        if block.kind is BlockKind.HEADING
    }
    numbered = {i: 2 + m[1].count(".") for i in sizes if (m := _NUMBERING.match(blocks[i].text))}
    levels = {**_ranked(sizes, numbered), **numbered}
    levels |= {i: 1 for i, block in enumerate(blocks) if block.kind is BlockKind.TITLE}
    return [
        block.model_copy(update={"level": min(levels[i], _LOWEST)}) if i in levels else block
        for i, block in enumerate(blocks)
    ]


def _print_size(block: Block, words: Sequence[Word], page_height_pt: float) -> float:
    """Points: the font size where known, else the height of the words' boxes."""
    sizes = [words[i].font_size_pt or words[i].box.height * page_height_pt for i in block.word_ids]
    return float(median(sizes)) if sizes else 0.0


def _ranked(sizes: Mapping[int, float], numbered: Mapping[int, int]) -> dict[int, int]:
    """Levels by size, largest first, starting at 2; a size that a numbered heading has too takes that level."""
    known = {sizes[i]: level for i, level in numbered.items()}
    ranks: dict[int, int] = {}
    level, last = 1, float("inf")
    for i, size in sorted(sizes.items(), key=lambda entry: -entry[1]):
        if last - size > _SAME_SIZE_PT:
            level, last = level + 1, size
        same = [known[s] for s in known if abs(s - size) <= _SAME_SIZE_PT]
        ranks[i] = min(same, default=level)
    return ranks
