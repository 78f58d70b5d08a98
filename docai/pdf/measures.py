"""What is known of a page before it is drawn: size, words, smallest print, the scan's resolution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pymupdf

from docai.domain.documents import PageFacts
from docai.domain.geometry import PageSize
from docai.domain.words import TextLayerFlaw, Word
from docai.pdf.native import native_dpi
from docai.pdf.words import read_words

_MEANINGFUL_CHARACTERS = 10
_MEANINGFUL_SHARE = 0.01
"""Print counts when a line's worth or a hundredth of the page's characters are as small: single marks do not."""


def measure(page: pymupdf.Page, listed: pymupdf.DisplayList | None = None) -> PageFacts:
    """Measure a page that was freed of its rotation.

    Args:
        page: the page.
        listed: its display list, where there is one already.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    listed = listed or page.get_displaylist()
    images = page.get_image_info()
    words = read_words(page, listed, images)
    is_drawn_text = words.witness is not None and TextLayerFlaw.INVISIBLE not in words.text_layer_flaws
    return PageFacts(
        size=size,
        words=words,
        smallest_print_pt=smallest_print(words.words) if words.witness else None,
        native_dpi=None if is_drawn_text else native_dpi(images, size),  # text over a picture is sharper than it
    )


def smallest_print(words: Sequence[Word]) -> float | None:
    """The smallest font size, in points, of a meaningful number of characters; None without any."""
    counts: Counter[float] = Counter()
    for word in words:
        if word.font_size_pt:
            counts[round(word.font_size_pt, 1)] += len(word.text)
    total = sum(counts.values())
    needed = min(total, max(_MEANINGFUL_CHARACTERS, total * _MEANINGFUL_SHARE))
    seen = 0
    for size in sorted(counts):
        seen += counts[size]
        if seen >= needed:
            return size
    return None
