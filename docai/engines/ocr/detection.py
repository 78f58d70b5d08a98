"""Where the lines of print are on a page image, found at a scale that suits their height."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from docai.engines.ocr.models import STRIDE_PX, Floats, Models
from docai.engines.ocr.preparation import Pixels

MAX_TILE_PIXELS = 1_600_000
"""Largest image that detection is run on at once; its memory grows by about 260 MiB per million pixels."""
TILE_OVERLAP_PX = 128
"""Strips share this much, so that every line of up to this height lies whole in one of them."""
LETTER_PX = (6.0, 20.0)
"""Heights of small letters, in pixels, at which detection finds lines well, seen on scans of 70 to 300 DPI."""
LARGEST_SCALE = 3.0
"""More enlargement only blurs."""
LETTER_SHARE = 0.1
"""Marks higher than this share of the image's longer side are frames and shadows, not letters."""
SMALL_PRINT_SHARE = 0.25
"""Marks up to the height sought hold this share of the letters' ink: specks, though many, hold little."""
FEW_LETTERS = 20
"""Fewer marks than this say nothing about the print."""
DUPLICATE_SHARE = 0.6
"""Two boxes from neighbouring strips are one line when they share this much of the smaller one."""


def suitable_scale(image: Pixels) -> float:
    """The size at which detection should see an image, so that its smaller print has a height that is found well."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if ink.mean() > 127:
        ink = cv2.bitwise_not(ink)
    _, _, marks, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    widths, heights, areas = (marks[1:, i] for i in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    is_letter = (widths < 3 * heights) & (heights < 4 * widths) & (heights < LETTER_SHARE * max(image.shape))
    if is_letter.sum() < FEW_LETTERS:
        return 1.0
    order = np.argsort(heights[is_letter])
    ink_up_to = np.cumsum(areas[is_letter][order], dtype=np.float64)
    small = float(heights[is_letter][order][np.searchsorted(ink_up_to, SMALL_PRINT_SHARE * ink_up_to[-1])])
    return min(LARGEST_SCALE, float(np.clip(small, *LETTER_PX)) / small)


def find_lines(models: Models, image: Pixels, scale: float) -> Floats:
    """Quadrilaterals `(N, 4, 2)` around lines, in the image's own pixels, clockwise from the top left.

    `scale` is the size at which detection sees the image: 1 as it is, 2 twice as large. A large image is looked at in
    strips, never shrunk further.
    """
    height, width = image.shape[:2]
    columns = _whole(width * scale)
    rows = max(2 * TILE_OVERLAP_PX, MAX_TILE_PIXELS // columns)
    found = []
    for top, bottom in _strips(height, round(rows / scale), round(TILE_OVERLAP_PX / scale)):
        strip = cv2.resize(
            image[top:bottom],
            (columns, _whole((bottom - top) * scale)),
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
        )
        quads = models.find_lines(strip)
        quads *= np.asarray([width / strip.shape[1], (bottom - top) / strip.shape[0]], dtype=np.float32)
        quads[:, :, 1] += top
        found.append(quads)
    return found[0] if len(found) == 1 else _distinct(np.concatenate(found))


def _whole(side: float) -> int:
    return max(STRIDE_PX, round(side / STRIDE_PX) * STRIDE_PX)


def _strips(height: int, rows: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Top and bottom of equally high strips that cover an image and overlap."""
    if height <= rows:
        yield 0, height
        return
    n_strips = -(-(height - overlap) // max(1, rows - overlap))
    step = (height - overlap) / n_strips
    for i in range(n_strips):
        yield round(i * step), min(height, round((i + 1) * step) + overlap)


def _distinct(quads: Floats) -> Floats:
    """The quadrilaterals without those that are another's part: a line cut by a strip's edge, or seen twice."""
    if not len(quads):
        return quads
    low, high = quads.min(axis=1), quads.max(axis=1)
    areas = np.prod(high - low, axis=1)
    kept: list[int] = []
    for i in np.argsort(-areas, kind="stable"):
        common = np.clip(np.minimum(high[kept], high[i]) - np.maximum(low[kept], low[i]), 0, None).prod(axis=1)
        if not np.any(common > DUPLICATE_SHARE * areas[i]):
            kept.append(int(i))
    return quads[sorted(kept)]
