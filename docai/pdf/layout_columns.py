"""Regions that lump columns of running text together, split at the white between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from docai.domain.parses import BlockKind
from docai.domain.words import Word
from docai.pdf.layout_regions import Region, bounds
from docai.pdf.reading_order import Rects

_GUTTER = 1.2
"""Of the line height: no word space is as wide on every line."""
_MIN_WORDS_PER_ROW = 2.5
"""On average, on both sides: what is shorter may be labels and their values, which are read row by row."""
_MIN_ROWS = 3


def with_columns_apart(regions: Sequence[Region], words: Sequence[Word], rects: Rects) -> list[Region]:
    """The regions, a paragraph region with a gutter down its whole height as one region per column."""
    return [
        part
        for region in regions
        for part in (_columns(region, words, rects) if region.kind is BlockKind.PARAGRAPH else [region])
    ]


def _columns(region: Region, words: Sequence[Word], rects: Rects) -> Iterator[Region]:
    sides = _sides(np.array(sorted(region.word_ids), dtype=np.intp), words, rects)
    if sides is None:
        yield region
        return
    for side in sides:
        part = Region(region.kind, bounds(rects[side]), word_ids=[int(i) for i in side])
        yield from _columns(part, words, rects)


def _sides(
    ids: npt.NDArray[np.intp], words: Sequence[Word], rects: Rects
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None:
    """The words left and right of the widest white stripe; None where there is none or no text on both sides."""
    if len(ids) < 2 * _MIN_ROWS * _MIN_WORDS_PER_ROW:
        return None
    by_left = ids[np.argsort(rects[ids, 0])]
    reached = np.maximum.accumulate(rects[by_left, 2])
    white = rects[by_left[1:], 0] - reached[:-1]
    widest = int(white.argmax())
    line_height = float(np.median(rects[ids, 3] - rects[ids, 1]))
    if white[widest] < _GUTTER * line_height:
        return None
    left, right = np.sort(by_left[: widest + 1]), np.sort(by_left[widest + 1 :])
    return (left, right) if _is_text(left, words) and _is_text(right, words) else None


def _is_text(ids: npt.NDArray[np.intp], words: Sequence[Word]) -> bool:
    n_rows = len({words[i].line for i in ids})
    return n_rows >= _MIN_ROWS and len(ids) >= _MIN_WORDS_PER_ROW * n_rows
