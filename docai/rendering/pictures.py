"""Cut, mark and colour stored page images with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from docai.domain.geometry import Box

MARKER = (255, 221, 87)
OUTLINE = (214, 40, 57)
GLOW = ((255, 255, 255), (255, 209, 82), (238, 96, 50))
"""No, some and most heat. Multiplied with the page, so that print stays black on all of them."""

_MARGIN = 0.004
"""Room left around a marked box, as a fraction of the page's width: about a millimetre on A4."""
_OUTLINE_WIDTH = 1 / 500
_GLOW_PX = 480
"""The heat map is computed at this width; blurred as it is, more would not show."""
_GLOW_SPREAD = 1 / 90
"""Radius of the blur as a fraction of the page's width: about two letters of body text."""
_COMPRESSION = 3
"""zlib level: about a third larger than the default 6, in half the time."""


class PillowCropper:
    """Cuts and marks page images; takes any image file that Pillow reads, gives PNG. Thread-safe."""

    def crop(self, image: bytes, box: Box) -> bytes:
        """The part of an image file that a box covers, as PNG; at least one pixel."""
        with Image.open(BytesIO(image)) as page:
            left, top, right, bottom = box.to_pixels(page.width, page.height)
            left, top = min(left, page.width - 1), min(top, page.height - 1)
            return _png(page.crop((left, top, min(right, page.width), min(bottom, page.height))))

    def mark(self, image: bytes, boxes: Sequence[Box]) -> bytes:
        """The image with boxes drawn on it as with a text marker, as PNG."""
        with Image.open(BytesIO(image)) as opened:
            page = opened.convert("RGB")
        marker = Image.new("RGB", page.size, (255, 255, 255))
        rectangles = [_roomy(box, page.size) for box in boxes]
        for rectangle in rectangles:
            ImageDraw.Draw(marker).rectangle(rectangle, fill=MARKER)
        marked = ImageChops.multiply(page, marker)
        width = max(2, round(page.width * _OUTLINE_WIDTH))
        for rectangle in rectangles:
            ImageDraw.Draw(marked).rectangle(rectangle, outline=OUTLINE, width=width)
        return _png(marked)

    def heat_map(self, image: bytes, spots: Sequence[tuple[Box, float]]) -> bytes:
        """The image in grey, boxes glowing by their strength relative to the strongest, as PNG.

        Strengths of zero and below do not glow.
        """
        with Image.open(BytesIO(image)) as opened:
            page = opened.convert("L").convert("RGB")
        heat = _heat(spots, page.size).resize(page.size, Image.Resampling.BICUBIC)
        none, some, most = GLOW
        return _png(ImageChops.multiply(page, ImageOps.colorize(heat, black=none, mid=some, white=most)))


def _heat(spots: Sequence[tuple[Box, float]], size: tuple[int, int]) -> Image.Image:
    """A small grey image, white where the heat is greatest."""
    width = min(size[0], _GLOW_PX)
    heat = Image.new("L", (width, max(1, round(size[1] * width / size[0]))))
    most = max((strength for _, strength in spots), default=0.0)
    for box, strength in sorted(spots, key=lambda spot: spot[1]):  # the strongest is drawn last and wins
        if strength > 0:
            left, top, right, bottom = box.to_pixels(*heat.size)
            ImageDraw.Draw(heat).rectangle((left, top, right - 1, bottom - 1), fill=round(255 * strength / most))
    blurred = heat.filter(ImageFilter.GaussianBlur(width * _GLOW_SPREAD))
    return ImageChops.lighter(blurred, heat.filter(ImageFilter.GaussianBlur(1)))


def _roomy(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box in pixels with some room around it, within the image."""
    width, height = size
    left, top, right, bottom = box.to_pixels(width, height)
    room = max(2, round(width * _MARGIN))
    return max(0, left - room), max(0, top - room), min(width, right + room) - 1, min(height, bottom + room) - 1


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=_COMPRESSION)
    return out.getvalue()
