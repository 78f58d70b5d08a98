"""Draw over a page what a model would be shown of it: regions, tiles, tokens and resolution, with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from docai.domain.geometry import Box
from docai.domain.sights import TokenPlan

COLOURS = ((0, 92, 187), (214, 40, 57), (0, 128, 96), (148, 60, 168), (196, 98, 0))
"""Of regions, in turn, so that neighbours differ."""
_TINT = 0.08
"""How strongly a region is tinted with its colour: two of them stay legible where they overlap."""
_OUTLINE = 1 / 300
"""Width of a region's outline as a fraction of the page's width; a tile's is half of it."""
_TEXT = 1 / 60
"""Height of labels as a fraction of the page's width."""
_COMPRESSION = 3
"""zlib level, as for marked pages."""


def plan_picture(image: bytes, looks: Sequence[TokenPlan]) -> bytes:
    """A page image with each look's region outlined, its tiles drawn, and its tokens and DPI told, as PNG.

    Args:
        image: the page, any image file that Pillow reads.
        looks: what the model is shown; an overview tile is told in the label, since it covers everything.
    """
    with Image.open(BytesIO(image)) as opened:
        page = opened.convert("RGB")
    outline = max(2, round(page.width * _OUTLINE))
    for place, look in enumerate(looks):
        colour = COLOURS[place % len(COLOURS)]
        region = _pixels(look.region or Box(x0=0, y0=0, x1=1, y1=1), page.size)
        patch = page.crop(region)
        page.paste(Image.blend(patch, Image.new("RGB", patch.size, colour), _TINT), region)
        draw = ImageDraw.Draw(page)
        for tile in look.sight.tiles:
            if not tile.is_overview:
                draw.rectangle(_last_included(_within(tile.box, region)), outline=colour, width=max(1, outline // 2))
        draw.rectangle(_last_included(region), outline=colour, width=outline)
    _label(page, looks)
    out = BytesIO()
    page.save(out, "PNG", compress_level=_COMPRESSION)
    return out.getvalue()


def label_of(look: TokenPlan) -> str:
    """Tokens, tiles and resolution of a look in one line."""
    sight = look.sight
    tiles = sum(not tile.is_overview for tile in sight.tiles)
    said = f"{sight.visual_tokens:,} tokens, {look.effective_dpi:.0f} DPI"
    if tiles > 1:
        said += f", {tiles} tiles"
    return said + ", overview" if tiles < len(sight.tiles) else said


def _label(page: Image.Image, looks: Sequence[TokenPlan]) -> None:
    """Labels last, so that no region hides them."""
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=max(10, page.width * _TEXT))
    for place, look in enumerate(looks):
        left, top, _, _ = _pixels(look.region or Box(x0=0, y0=0, x1=1, y1=1), page.size)
        text = label_of(look) if len(looks) == 1 else f"{place + 1}: {label_of(look)}"
        room = round(draw.textlength("n", font))
        corner = (left + room, top + room)
        draw.rectangle(draw.textbbox(corner, text, font), fill="white", outline="white", width=room // 2)
        draw.text(corner, text, fill=COLOURS[place % len(COLOURS)], font=font)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box.to_pixels(*size)
    return min(left, size[0] - 1), min(top, size[1] - 1), min(right, size[0]), min(bottom, size[1])


def _within(box: Box, region: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """A tile's box, in fractions of a region, in pixels of the page."""
    left, top, right, bottom = region
    x0, y0, x1, y1 = _pixels(box, (right - left, bottom - top))
    return left + x0, top + y0, left + x1, top + y1


def _last_included(rectangle: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """For Pillow, whose rectangles include their last row and column."""
    left, top, right, bottom = rectangle
    return left, top, max(left, right - 1), max(top, bottom - 1)
