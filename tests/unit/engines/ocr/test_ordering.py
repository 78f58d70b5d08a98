from __future__ import annotations

import numpy as np

from docai.engines.ocr.models import Floats
from docai.engines.ocr.ordering import in_reading_order


def _quads(*boxes: tuple[float, float, float, float]) -> Floats:
    return np.asarray([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes], dtype=np.float32)


def test_no_pieces_are_no_lines() -> None:
    assert in_reading_order(_quads().reshape(0, 4, 2)) == []


def test_rows_come_from_the_top_and_each_from_the_left() -> None:
    quads = _quads((300, 100, 400, 120), (10, 50, 100, 70), (10, 102, 100, 122))
    assert in_reading_order(quads) == [[1], [2], [0]]


def test_pieces_parted_by_a_word_s_gap_are_one_line() -> None:
    assert in_reading_order(_quads((110, 10, 200, 30), (10, 10, 100, 30))) == [[1, 0]]


def test_pieces_parted_by_a_column_s_gap_are_two_lines() -> None:
    assert in_reading_order(_quads((10, 10, 100, 30), (180, 10, 260, 30))) == [[0], [1]]


def test_close_rows_of_print_stay_apart() -> None:
    assert in_reading_order(_quads((10, 10, 200, 30), (10, 28, 200, 48))) == [[0], [1]]


def test_a_page_askew_is_levelled_before_its_rows_are_told_apart() -> None:
    quads = _quads((0, 0, 300, 20), (0, 30, 300, 50), (700, 0, 1000, 20), (700, 30, 1000, 50))
    angle = np.deg2rad(4)
    turn = np.asarray([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], dtype=np.float32)
    assert in_reading_order(quads @ turn) == [[0], [2], [1], [3]]
