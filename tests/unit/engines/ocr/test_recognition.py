from __future__ import annotations

import cv2
import numpy as np
import pytest

from docai.engines.ocr.models import LINE_HEIGHT_PX, Floats
from docai.engines.ocr.recognition import cut_out, decode

CHARACTERS = ("blank", "a", "b", " ")


def _steps(*classes: int, others: dict[tuple[int, int], float] | None = None) -> Floats:
    steps = np.zeros((len(classes), len(CHARACTERS)), dtype=np.float32)
    steps[np.arange(len(classes)), classes] = 0.8
    for place, probability in (others or {}).items():
        steps[place] = probability
    return steps


def test_repeated_steps_are_one_character_and_a_blank_between_them_makes_two() -> None:
    reading = decode(_steps(1, 1, 0, 1, 2), CHARACTERS, 40)
    assert reading.characters == ("a", "a", "b")
    assert reading.centres.tolist() == [8, 28, 36]
    assert reading.confidence == pytest.approx(0.8)


def test_a_blank_s_likelihood_is_the_greatest_between_two_characters() -> None:
    assert decode(_steps(1, 3, 0, 2), CHARACTERS, 32).blanks.tolist() == pytest.approx([0, 0.8])
    doubted = decode(_steps(1, 0, 0, 2, others={(2, 3): 0.1}), CHARACTERS, 32)
    assert doubted.blanks.tolist() == pytest.approx([0, 0.1])


def test_nothing_read_has_no_confidence() -> None:
    reading = decode(_steps(0, 3, 0), CHARACTERS, 24)
    assert reading.characters == ()
    assert reading.confidence == 0


def test_a_strip_s_pixels_map_back_onto_the_page() -> None:
    quad = np.asarray([(20, 10), (120, 10), (120, 34), (20, 34)], dtype=np.float32)
    strip = cut_out(np.zeros((60, 200, 3), dtype=np.uint8), quad)
    assert strip.pixels.shape == (LINE_HEIGHT_PX, 200, 3)
    corners = np.asarray([[(0, 0), (200, LINE_HEIGHT_PX)]], dtype=np.float32)
    assert cv2.perspectiveTransform(corners, strip.to_page).ravel().tolist() == pytest.approx([20, 10, 120, 34])


def test_a_quarter_turn_brings_the_page_s_left_edge_to_the_top() -> None:
    page = np.full((200, 60, 3), 255, dtype=np.uint8)
    page[:, :20] = 0
    quad = np.asarray([(10, 20), (40, 20), (40, 180), (10, 180)], dtype=np.float32)
    strip = cut_out(page, quad, 1)
    assert strip.pixels.shape[1] > 2 * LINE_HEIGHT_PX
    assert strip.pixels[2].max() < 50
    assert strip.pixels[-2].min() > 200
