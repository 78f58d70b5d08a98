from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docai.engines.ocr.detection import MAX_TILE_PIXELS, find_lines, suitable_scale
from docai.engines.ocr.models import Floats, Models
from docai.engines.ocr.preparation import Pixels


class _BoxesOfInk(Models):
    """Stands where the network would, so that strips can be told from one another: every dark row is a line."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def find_lines(self, image: Pixels) -> Floats:
        self.sizes.append((image.shape[0], image.shape[1]))
        dark = np.flatnonzero(image.min(axis=(1, 2)) < 100)
        runs = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1) if len(dark) else []
        width = image.shape[1]
        boxes = [[(0, run[0]), (width, run[0]), (width, run[-1] + 1), (0, run[-1] + 1)] for run in runs]
        return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)


def _ruled(height: int, width: int, pitch: int) -> Pixels:
    page = np.full((height, width, 3), 255, dtype=np.uint8)
    for top in range(pitch, height - 40, pitch):
        page[top : top + 30] = 0
    return page


def test_a_large_page_is_looked_at_in_strips_that_lose_and_double_no_line() -> None:
    page, models = _ruled(6000, 1600, 70), _BoxesOfInk()
    quads = find_lines(models, page, 1.0)
    assert len(models.sizes) > 1
    assert all(rows * columns < 1.1 * MAX_TILE_PIXELS for rows, columns in models.sizes)
    tops = sorted(quads[:, 0, 1].tolist())
    assert tops == pytest.approx(list(range(70, 5960, 70)), abs=2)


def test_boxes_come_in_the_page_s_pixels_whatever_the_scale() -> None:
    page = _ruled(200, 320, 100)
    for scale in (0.5, 1.0, 2.0):
        quads = find_lines(_BoxesOfInk(), page, scale)
        assert quads[0].ravel().tolist() == pytest.approx([0, 100, 320, 100, 320, 130, 0, 130], abs=5)


def _printed(size: int) -> Pixels:
    page = Image.new("RGB", (size * 24, size * 12), "white")
    text = "\n".join(["evenly set in one size, as on a page"] * 5)
    ImageDraw.Draw(page).text((size, size), text, fill="black", font=ImageFont.load_default(size))
    return np.asarray(page)


def test_print_of_a_usual_size_is_seen_as_it_is() -> None:
    assert suitable_scale(_printed(24)) == 1.0


def test_small_print_is_enlarged_and_large_print_reduced() -> None:
    assert suitable_scale(_printed(6)) > 1.0
    assert suitable_scale(_printed(90)) < 0.6


def test_an_empty_page_is_seen_as_it_is() -> None:
    assert suitable_scale(np.full((400, 300, 3), 255, dtype=np.uint8)) == 1.0


def test_specks_do_not_pass_for_small_print() -> None:
    page = _printed(24).copy()
    random = np.random.default_rng(1)
    page[random.integers(0, page.shape[0], 300), random.integers(0, page.shape[1], 300)] = 0
    assert suitable_scale(page) == 1.0
