"""Small pictures of places on a page: each with what stands around it, and its box outlined."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from docai.domain.geometry import Box
from docai.rendering.verdict_styles import VERMILION

_ROOM = (0.08, 0.025)
"""Left around a box, as fractions of the page's width and height: a few words, and two lines of body text."""
_LEAST = (0.4, 0.07)
"""The least extent of a picture, as fractions of the page: one can see where on the page it is."""
_MOST_PX = 1000
"""The longer side of a picture; larger ones are scaled down."""
_OUTLINE = 1 / 500


def place_crops(image: bytes, boxes: Sequence[Box]) -> list[bytes]:
    """A PNG for each box, in order.

    Args:
        image: the page, any image file that Pillow reads.
        boxes: what to show, in fractions of the page.
    """
    with Image.open(BytesIO(image)) as opened:
        page = opened.convert("RGB")
    return [_crop(page, box) for box in boxes]


def _crop(page: Image.Image, box: Box) -> bytes:
    x0, x1 = _span(box.x0, box.x1, _ROOM[0], _LEAST[0])
    y0, y1 = _span(box.y0, box.y1, _ROOM[1], _LEAST[1])
    left, top, right, bottom = Box(x0=x0, y0=y0, x1=x1, y1=y1).to_pixels(*page.size)
    part = page.crop((left, top, min(right, page.width), min(bottom, page.height)))
    marked = box.to_pixels(*page.size)
    width = max(2, round(page.width * _OUTLINE))
    edge = (
        marked[0] - left - width,
        marked[1] - top - width,
        marked[2] - left + width - 1,
        marked[3] - top + width - 1,
    )
    ImageDraw.Draw(part).rectangle(edge, outline=VERMILION, width=width)
    part.thumbnail((_MOST_PX, _MOST_PX))
    out = BytesIO()
    part.save(out, "PNG")
    return out.getvalue()


def _span(start: float, end: float, room: float, least: float) -> tuple[float, float]:
    """An extent with room on both sides, at least so long, moved so that it lies on the page."""
    room = max(room, (least - (end - start)) / 2)
    low, high = start - room, end + room
    shift = max(0.0, -low) - max(0.0, high - 1)
    return max(0.0, low + shift), min(1.0, high + shift)
