from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docai.engines.ocr.detection import find_lines
from docai.engines.ocr.models import Models
from docai.engines.ocr.orientation import sides, upright_turn
from docai.engines.ocr.preparation import Pixels


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(threads=1)


@pytest.fixture(scope="module")
def page() -> Pixels:
    image = Image.new("RGB", (700, 300), "white")
    text = "The tenant pays the rent\nby the third day of the month\nand keeps the garden tidy"
    ImageDraw.Draw(image).text((40, 60), text, fill="black", font=ImageFont.load_default(30))
    return np.asarray(image)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_turn_that_sets_a_page_upright_is_found(models: Models, page: Pixels, turn: int) -> None:
    turned = np.ascontiguousarray(np.rot90(page, turn))  # anticlockwise
    assert upright_turn(models, turned, find_lines(models, turned, 1.0)) == turn


def test_a_page_without_lines_stays_as_it_is(models: Models, page: Pixels) -> None:
    assert upright_turn(models, page, np.zeros((0, 4, 2), dtype=np.float32)) == 0


def test_sides_are_measured_along_a_line_s_own_edges() -> None:
    quad = np.asarray([[(0, 0), (30, 40), (22, 46), (-8, 6)]], dtype=np.float32)
    widths, heights = sides(quad)
    assert widths.tolist() == [50]
    assert heights.tolist() == [10]
