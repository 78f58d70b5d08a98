"""Re-encoded, rescaled and slightly spoiled pages stay near; other pages, also of the same layout, do not."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFilter

from docai.evaluation.contamination.perceptual_hash import PageIndex, page_print
from docai.pdf.draw_needles_text import Chance
from docai.pdf.draw_sheet import Sheet, Style, new_pdf


@lru_cache
def page(seed: int) -> Image.Image:
    """A page of prose with headings, at 100 DPI."""
    chance = Chance(seed)
    pdf = new_pdf()
    sheet, y = Sheet(pdf[0], 1), 80.0
    for _ in range(chance.number(3, 6)):
        sheet.text(60, y, chance.sentence()[:30], Style(14, "hebo"))
        y = sheet.paragraph(60, y + 24, 470, chance.prose(chance.number(2, 5)), Style(10.5, "tiro")) + 16
    drawn = pdf[0].get_pixmap(dpi=100)
    picture = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)
    pdf.close()
    return picture


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def scaled(picture: Image.Image, factor: float) -> Image.Image:
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.LANCZOS)


CHANGES = {
    "the same": lambda picture: picture,
    "grey": lambda picture: picture.convert("L"),
    "a PNG with a palette": lambda picture: picture.convert("P"),
    "JPEG of quality 50": lambda picture: as_jpeg(picture, 50),
    "half as large": lambda picture: scaled(picture, 0.5),
    "enlarged, as a coarse JPEG": lambda picture: as_jpeg(scaled(picture, 1.5), 30),
    "a little blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(1)),
    "paler": lambda picture: picture.point(lambda value: 40 + value * 4 // 5),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(6))
def test_a_changed_picture_is_near_its_page_and_no_other(change: str, seed: int) -> None:
    index = PageIndex([page_print(page(each)) for each in range(6)])
    near = list(index.near([page_print(CHANGES[change](page(seed)))]))
    assert [(pair.first, pair.second) for pair in near] == [(seed, 0)]
    assert near[0].likeness > 0.94


def test_the_same_picture_is_at_no_distance() -> None:
    (near,) = PageIndex([page_print(page(1))]).near([page_print(page(1))])
    assert (near.distances, near.likeness) == ((0, 0), 1.0)


def test_thirty_pages_of_one_layout_are_not_taken_for_one_another() -> None:
    prints = [page_print(page(seed)) for seed in range(30)]
    found = {(pair.first, pair.second) for pair in PageIndex(prints).near(prints)}
    assert found == {(seed, seed) for seed in range(30)}


def test_blank_pages_prove_nothing() -> None:
    blank = page_print(Image.new("L", (800, 1100), 255))
    assert list(PageIndex([blank]).near([blank])) == []


def test_the_dhash_tells_where_it_gets_brighter() -> None:
    picture = Image.new("L", (90, 80), 0)
    ImageDraw.Draw(picture).rectangle((10, 0, 90, 80), fill=255)
    # Brighter than its left neighbour is the first place of every row, and no other.
    assert page_print(picture).dhash == int("80" * 8, 16)


def test_no_pages_have_nothing_near() -> None:
    one = page_print(page(1))
    assert list(PageIndex([]).near([one])) == []
    assert list(PageIndex([one]).near([])) == []
