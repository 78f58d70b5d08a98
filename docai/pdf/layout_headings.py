"""The title and the levels of headings, from numbering and the print sizes on the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word

_NUMBERING = re.compile(r"^(?:[A-Z]\.)?(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
"""`2 Methods`, `2.1. Data`, `A.3.1 Proofs`; each part one level."""
_LOWEST = 6
"""HTML knows six levels."""
_SAME_SIZE_PT = 0.6
"""Sizes this near are one size: OCR boxes and rounded fonts vary by so much."""

_MAY_BE_TITLE = frozenset({BlockKind.HEADING, BlockKind.PARAGRAPH})
_TITLE_SIZE = 1.25
"""Of the page's usual print."""
_TITLE_ABOVE = 0.5
"""A title starts in the upper half of the page."""
_MIN_TITLE_WORDS = 2
_MAX_TITLE_WORDS = 40
"""One word may be a logo, many are a summary in large print."""


def with_levels(
    blocks: Sequence[Block], words: Sequence[Word], page_height_pt: float, *, is_first_page: bool = False
) -> list[Block]:
    """The blocks, headings with their levels; on a first page the largest print at its head is the title.

    A numbered heading's level is its depth of numbering. The others are ranked by print size; one that prints as large
    as a numbered heading shares its level.
    """
    sizes = [_print_size(block, words, page_height_pt) for block in blocks]
    if is_first_page:
        blocks = _with_title(blocks, sizes)
    headings = [i for i, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    numbered = {i: 1 + m[1].count(".") for i in headings if (m := _NUMBERING.match(blocks[i].text))}
    levels = {**_ranked({i: sizes[i] for i in headings}, numbered), **numbered}
    return [
        block.model_copy(update={"level": min(levels[i], _LOWEST)}) if i in levels else block
        for i, block in enumerate(blocks)
    ]


def _with_title(blocks: Sequence[Block], sizes: Sequence[float]) -> list[Block]:
    """The blocks, the one in the largest print made the title: where the layout model saw none and it stands out."""
    blocks = list(blocks)
    printed = [size for block, size in zip(blocks, sizes, strict=True) for _ in block.word_ids]
    if any(block.kind is BlockKind.TITLE for block in blocks) or not printed:
        return blocks
    eligible = [i for i, block in enumerate(blocks) if block.kind in _MAY_BE_TITLE and _is_title_like(block)]
    best = max(eligible, key=lambda i: (sizes[i], -i), default=None)
    if best is not None and sizes[best] >= _TITLE_SIZE * median(printed):
        blocks[best] = blocks[best].model_copy(update={"kind": BlockKind.TITLE})
    return blocks


def _is_title_like(block: Block) -> bool:
    is_short = _MIN_TITLE_WORDS <= len(block.word_ids) <= _MAX_TITLE_WORDS
    return is_short and block.box.y0 < _TITLE_ABOVE and not _NUMBERING.match(block.text)


def _print_size(block: Block, words: Sequence[Word], page_height_pt: float) -> float:
    """Points: the font size where known, else the height of the words' boxes."""
    sizes = [words[i].font_size_pt or words[i].box.height * page_height_pt for i in block.word_ids]
    return float(median(sizes)) if sizes else 0.0


def _ranked(sizes: Mapping[int, float], numbered: Mapping[int, int]) -> dict[int, int]:
    """Levels by size, largest first, starting at 1; a size that a numbered heading has too takes that level."""
    known = {sizes[i]: level for i, level in numbered.items()}
    ranks: dict[int, int] = {}
    level, last = 0, float("inf")
    for i, size in sorted(sizes.items(), key=lambda entry: -entry[1]):
        if last - size > _SAME_SIZE_PT:
            level, last = level + 1, size
        same = [known[s] for s in known if abs(s - size) <= _SAME_SIZE_PT]
        ranks[i] = min(same, default=level)
    return ranks
