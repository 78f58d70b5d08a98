from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from docai.domain.geometry import Box
from docai.rendering.crops import place_crops
from docai.rendering.verdict_styles import VERMILION

SIZE = (1000, 1400)


def page() -> bytes:
    image = Image.new("RGB", SIZE, "white")
    image.paste("blue", (500, 700, 540, 720))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def crop(box: Box) -> Image.Image:
    (png,) = place_crops(page(), [box])
    return Image.open(BytesIO(png)).convert("RGB")


def colours(image: Image.Image) -> set[object]:
    return {colour for _, colour in image.getcolors(1 << 20) or ()}


def test_a_crop_shows_the_place_outlined_and_what_is_around_it() -> None:
    picture = crop(Box(x0=0.5, y0=0.5, x1=0.54, y1=720 / 1400))
    assert VERMILION in colours(picture)
    counts = {colour: n for n, colour in picture.getcolors(1 << 20) or ()}
    assert counts[0, 0, 255] == 40 * 20, "the outline covers print"
    assert picture.width == 400
    assert 98 <= picture.height <= 99


@pytest.mark.parametrize(
    "box",
    [
        Box(x0=0, y0=0, x1=0.01, y1=0.01),
        Box(x0=0.99, y0=0.99, x1=1, y1=1),
        Box(x0=0, y0=0, x1=1, y1=1),
        Box(x0=0.5, y0=0.5, x1=0.5, y1=0.5),
    ],
)
def test_places_at_the_edge_and_of_any_size_are_shown(box: Box) -> None:
    picture = crop(box)
    assert 300 <= picture.width <= 1000
    assert 40 <= picture.height <= 1000


def test_crops_are_in_the_order_of_the_boxes() -> None:
    blue = Box(x0=0.5, y0=0.5, x1=0.54, y1=0.51)
    white = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.11)
    pictures = [Image.open(BytesIO(png)).convert("RGB") for png in place_crops(page(), [white, blue])]
    assert [(0, 0, 255) in colours(picture) for picture in pictures] == [False, True]
