"""What is known of a page before it is drawn: size, words, smallest print, the scan's resolution, whether it draws."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import pymupdf

from docai.domain.documents import PageFacts
from docai.domain.geometry import POINTS_PER_INCH, Box, PageSize
from docai.domain.words import PageWords, Word
from docai.pdf.words import read_words

_FILLS_PAGE = 0.8
"""Share of the page that images must cover to be a scan: margins cut by a scanner's driver stay below a fifth."""
_MEANINGFUL_CHARACTERS = 10
_MEANINGFUL_SHARE = 0.01
"""Print counts when a line's worth or a hundredth of the page's characters are as small: single marks do not."""
_PROBE_PIXELS = 160_000
"""Pixels of the tiny drawing that tells whether lines and areas leave a trace."""


def measure(page: pymupdf.Page) -> PageFacts:
    """Measure a page that was freed of its rotation."""
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    words = read_words(page)
    images = page.get_image_info()
    return PageFacts(
        size=size,
        words=words,
        smallest_print_pt=smallest_print(words.words) if words.witness else None,
        native_dpi=native_dpi(images, size),
        ink_expected=bool(words.words) or bool(images) or _draws(page, size),
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


def native_dpi(images: Sequence[dict[str, object]], size: PageSize) -> float | None:
    """Pixels per inch of the scan that fills the page, in one piece or in strips; None where none does.

    The axis with more pixels counts, so that nothing of a fax (204 x 98 DPI) is lost.
    """
    covered, largest, dpi = 0.0, 0.0, None
    for image in images:
        x0, y0, x1, y1 = (float(v) for v in image["bbox"])  # type: ignore[attr-defined]
        share = Box.from_points((x0, y0, x1, y1), size).area
        covered += share
        if share > largest and (found := _image_dpi(image)):
            largest, dpi = share, found
    return dpi if covered >= _FILLS_PAGE else None


def _image_dpi(image: dict[str, object]) -> float | None:
    a, b, c, d, *_ = (float(v) for v in image["transform"])  # type: ignore[attr-defined]
    across, down = math.hypot(a, b) / POINTS_PER_INCH, math.hypot(c, d) / POINTS_PER_INCH
    if across <= 0 or down <= 0:
        return None
    return max(float(image["width"]) / across, float(image["height"]) / down)  # type: ignore[arg-type]


def _draws(page: pymupdf.Page, size: PageSize) -> bool:
    """Whether a page without text and images leaves any trace: areas filled in the paper's colour do not."""
    if not page.get_bboxlog():
        return False
    zoom = math.sqrt(_PROBE_PIXELS / (size.width_pt * size.height_pt))
    probe = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY, alpha=False)
    return not probe.is_unicolor


__all__ = ["PageWords", "measure", "native_dpi", "smallest_print"]
