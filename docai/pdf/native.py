"""The resolution of the scan that fills a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from docai.domain.geometry import POINTS_PER_INCH, Box, PageSize

_FILLS_PAGE = 0.8
"""Share of the page that images must cover to be a scan: margins cut by a scanner's driver stay below a fifth."""

ImageInfo = dict[str, Any]
"""What PyMuPDF's `Page.get_image_info` tells of one image."""


def native_dpi(images: Sequence[ImageInfo], size: PageSize) -> float | None:
    """Pixels per inch of the scan that fills the page, in one piece or in strips; None where none does.

    The axis with more pixels counts, so that nothing of a fax (204 x 98 DPI) is lost.
    """
    covered, largest, dpi = 0.0, 0.0, None
    for image in images:
        share = Box.from_points(image["bbox"], size).area
        covered += share
        if share > largest and (found := _image_dpi(image)):
            largest, dpi = share, found
    return dpi if covered >= _FILLS_PAGE else None


def _image_dpi(image: ImageInfo) -> float | None:
    a, b, c, d, *_ = image["transform"]
    across, down = math.hypot(a, b) / POINTS_PER_INCH, math.hypot(c, d) / POINTS_PER_INCH
    if across <= 0 or down <= 0:
        return None
    return max(float(image["width"]) / across, float(image["height"]) / down)
