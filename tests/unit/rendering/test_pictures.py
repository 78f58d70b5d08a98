from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from docai.domain.geometry import Box
from docai.rendering.pictures import MARKER, OUTLINE, PillowCropper

MIDDLE = Box(x0=0.4, y0=0.4, x1=0.6, y1=0.6)


def page(mode: str = "RGB", colour: str = "white", form: str = "PNG") -> bytes:
    out = BytesIO()
    image = Image.new(mode, (500, 700), colour)
    image.paste("black", (225, 345, 275, 355))
    image.save(out, form)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    return image


def test_a_crop_has_the_boxs_pixels() -> None:
    crop = opened(PillowCropper().crop(page(), MIDDLE))
    assert crop.size == (100, 140)
    assert crop.getpixel((50, 70)) == (0, 0, 0)


@pytest.mark.parametrize("box", [Box(x0=1, y0=1, x1=1, y1=1), Box(x0=0.5, y0=0.5, x1=0.5, y1=0.5)])
def test_a_box_without_extent_still_gives_a_pixel(box: Box) -> None:
    assert opened(PillowCropper().crop(page(), box)).size == (1, 1)


@pytest.mark.parametrize(("mode", "form"), [("RGB", "PNG"), ("L", "PNG"), ("1", "PNG"), ("RGB", "JPEG"), ("L", "TIFF")])
def test_every_kind_of_page_image_can_be_marked(mode: str, form: str) -> None:
    assert opened(PillowCropper().mark(page(mode, form=form), [MIDDLE])).size == (500, 700)


def test_a_mark_colours_the_paper_and_leaves_print_and_surroundings() -> None:
    marked = opened(PillowCropper().mark(page(), [MIDDLE]))
    assert marked.getpixel((220, 300)) == MARKER
    assert marked.getpixel((250, 350)) == (0, 0, 0)
    assert marked.getpixel((100, 100)) == (255, 255, 255)
    assert OUTLINE in {marked.getpixel((x, 350)) for x in range(190, 202)}


def test_a_mark_at_the_edge_of_the_page_is_drawn() -> None:
    marked = opened(PillowCropper().mark(page(), [Box(x0=0, y0=0, x1=1, y1=1)]))
    assert marked.getpixel((0, 0)) == OUTLINE
    assert marked.getpixel((499, 699)) == OUTLINE


def test_what_weighs_more_glows_more() -> None:
    faint = Box(x0=0.1, y0=0.1, x1=0.3, y1=0.2)
    glowing = opened(PillowCropper().heat_map(page(colour="white"), [(MIDDLE, 2.0), (faint, 0.6)]))
    blue_of = {name: glowing.getpixel(point)[2] for name, point in (("strong", (220, 300)), ("faint", (100, 105)))}
    assert blue_of["strong"] < blue_of["faint"] < 250
    assert glowing.getpixel((450, 650)) == (255, 255, 255)


@pytest.mark.parametrize("strength", [0.0, -1.0])
def test_nothing_glows_where_nothing_matched(strength: float) -> None:
    picture = opened(PillowCropper().heat_map(page(), [(MIDDLE, strength)]))
    assert picture.getpixel((220, 300)) == (255, 255, 255)
    assert opened(PillowCropper().heat_map(page(), [])).getpixel((220, 300)) == (255, 255, 255)
