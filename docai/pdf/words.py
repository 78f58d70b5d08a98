"""One page's text layer to words with boxes."""

from __future__ import annotations

import pymupdf

from docai.domain.geometry import Box, PageSize
from docai.domain.words import PageWords, Witness, Word


def read_words(page: pymupdf.Page) -> PageWords:
    """The text layer's words in the file's order; the page must have been freed of its rotation."""
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    lines: dict[tuple[int, int], int] = {}
    words = []
    for x0, y0, x1, y1, text, block, line, _ in page.get_text("words"):
        number = lines.setdefault((block, line), len(lines))
        words.append(Word(text=text, box=Box.from_points((x0, y0, x1, y1), size), line=number))
    return PageWords(witness=Witness.TEXT_LAYER if words else None, words=tuple(words), engine="pymupdf")
