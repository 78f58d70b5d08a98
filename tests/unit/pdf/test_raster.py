import io

import numpy as np
import pymupdf
import pytest
from PIL import Image

from docai.errors import PageTooLarge
from docai.pdf.raster import draw, ink_share

ENOUGH = 10_000_000


def page_with(colour: tuple[float, float, float]) -> pymupdf.Page:
    page = pymupdf.open().new_page(width=300, height=200)
    page.insert_text((30, 60), "Some text on the page", fontsize=14, color=colour)
    page.draw_circle((200, 120), 40, fill=colour, fill_opacity=0.5)
    return page


@pytest.mark.parametrize(
    ("colour", "mode"),
    [((0, 0, 0), "L"), ((0.4, 0.4, 0.4), "L"), ((0.8, 0.1, 0.1), "RGB")],
    ids=["black", "grey", "red"],
)
@pytest.mark.parametrize("dpi", [72, 150, 211.5])
def test_the_png_holds_the_pixels_that_the_library_draws(
    colour: tuple[float, float, float], mode: str, dpi: float
) -> None:
    page = page_with(colour)
    drawn = draw(page, dpi, max_pixels=ENOUGH)
    picture = Image.open(io.BytesIO(drawn.content))
    zoom = pymupdf.Matrix(drawn.width_px / 300, drawn.height_px / 200)
    expected = page.get_pixmap(matrix=zoom)
    assert picture.mode == mode
    assert picture.size == (expected.width, expected.height)
    found = np.asarray(picture.convert("RGB")).astype(int).ravel()
    assert (
        np.abs(found - np.frombuffer(expected.samples, dtype=np.uint8)).max() <= 1
    )  # grey is rounded once, not thrice
    assert picture.info["dpi"][0] == pytest.approx(dpi, rel=1e-3)


def test_a_page_is_drawn_on_clean_paper() -> None:
    small, large = page_with((0.8, 0.1, 0.1)), page_with((0.1, 0.1, 0.8))
    before = draw(small, 100, max_pixels=ENOUGH).content
    draw(large, 150, max_pixels=ENOUGH)
    assert draw(small, 100, max_pixels=ENOUGH).content == before


def test_a_page_above_the_pixel_limit_is_not_drawn() -> None:
    with pytest.raises(PageTooLarge):
        draw(page_with((0, 0, 0)), 300, max_pixels=1_000_000)


def test_ink_is_what_differs_from_the_background() -> None:
    rows = np.full((300, 204), 250, dtype=np.uint8)
    assert ink_share(rows) == 0
    rows[:, :51] = 0
    assert ink_share(rows) == pytest.approx(0.25)


def test_ink_of_colours_is_seen_in_green() -> None:
    rows = np.full((300, 200, 3), 255, dtype=np.uint8)
    rows[:150] = (255, 0, 0)
    assert ink_share(rows.reshape(300, 600), 3) == pytest.approx(0.5)


def test_a_dark_page_counts_its_light_print_as_ink() -> None:
    rows = np.zeros((300, 200), dtype=np.uint8)
    rows[90:120] = 255
    assert ink_share(rows) == pytest.approx(0.1)


@pytest.mark.parametrize("shade", [247, 240, 230])
def test_faint_print_on_clean_paper_is_ink(shade: int) -> None:
    rows = np.full((300, 300), 255, dtype=np.uint8)
    rows[30:60] = shade
    assert ink_share(rows) == pytest.approx(0.1)


@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0, 3.0, 4.0])
def test_the_noise_of_an_empty_scan_is_none(deviation: float) -> None:
    noise = np.random.default_rng(1).normal(245, deviation, (2339, 1654))
    assert ink_share(np.clip(noise.round(), 0, 255).astype(np.uint8)) < 0.0005
