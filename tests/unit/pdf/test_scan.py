from __future__ import annotations

import gc

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.errors import PageUnreadable
from docai.pdf.scan import page_of_scan
from docai.pdf.scan_rules import find_strokes
from docai.pdf.tables import read_tables

ROWS = [["Region", "2019", "2020"], ["North", "120", "95"], ["South", "150", "72"], ["West", "115", "80"]]
LEFTS, PITCH, WIDTH = (10, 250, 400), 50, 540
HEIGHT = PITCH * len(ROWS)


def picture(*, ruled: bool) -> tuple[npt.NDArray[np.uint8], PageWords]:
    """A grey clipping of one table, and its words as OCR would find them."""
    grey = np.full((HEIGHT + 20, WIDTH), 245, np.uint8)
    words = []
    for r, row in enumerate(ROWS):
        for left, text in zip(LEFTS, row, strict=True):
            base = 10 + PITCH * r + 34
            cv2.putText(grey, text, (left + 8, base), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2)
            (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.8, 2)
            corners = (left + 8) / WIDTH, (base - height) / len(grey), (left + 8 + width) / WIDTH, base / len(grey)
            words.append(Word(text=text, box=Box.clipped(*corners), line=r))
    for y in range(10, 11 + HEIGHT, PITCH) if ruled else ():
        cv2.line(grey, (10, y), (WIDTH - 10, y), 60, 2)
    for x in (*LEFTS, WIDTH - 10) if ruled else ():
        cv2.line(grey, (x, 10), (x, 10 + HEIGHT), 60, 2)
    return grey, PageWords(witness=Witness.OCR, words=tuple(words))


def png(grey: npt.NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", grey)[1])


def test_the_words_stand_where_ocr_found_them() -> None:
    grey, words = picture(ruled=False)
    page = page_of_scan(png(grey), words)
    gc.collect()
    found = {
        w[4]: (w[0] / page.rect.width, w[1] / page.rect.height, w[2] / page.rect.width) for w in page.get_text("words")
    }
    assert set(found) == {word.text for word in words.words}
    for word in words.words:
        x0, y0, x1 = found[word.text]
        assert abs(x0 - word.box.x0) < 0.01
        assert abs(x1 - word.box.x1) < 0.02
        assert y0 < (word.box.y0 + word.box.y1) / 2


def test_the_words_are_not_drawn() -> None:
    _, words = picture(ruled=False)
    page = page_of_scan(png(np.full((HEIGHT + 20, WIDTH), 255, np.uint8)), words)
    assert page.get_text().split()
    assert page.get_pixmap().is_unicolor


def test_the_page_has_the_pictures_proportions() -> None:
    grey, words = picture(ruled=False)
    page = page_of_scan(png(grey), words)
    assert page.rect.width / page.rect.height == pytest.approx(grey.shape[1] / grey.shape[0], rel=1e-3)


def test_a_ruled_clipping_is_read_as_a_table() -> None:
    grey, words = picture(ruled=True)
    (found,) = read_tables(page_of_scan(png(grey), words), words)
    table = found.table
    assert [[table.at(r, c).text for c in range(3)] for r in range(table.n_rows)] == ROWS


def test_rules_are_found_and_letters_are_not() -> None:
    grey, _ = picture(ruled=True)
    strokes = find_strokes(grey, 24)
    across = [s for s in strokes if s.y0 == s.y1]
    down = [s for s in strokes if s.x0 == s.x1]
    assert [round(s.y0 / PITCH) for s in sorted(across, key=lambda s: s.y0)] == list(range(len(ROWS) + 1))
    assert len(down) == len(LEFTS) + 1
    assert find_strokes(picture(ruled=False)[0], 24) == []


def test_bytes_that_are_no_picture_are_refused() -> None:
    with pytest.raises(PageUnreadable):
        page_of_scan(b"no picture", PageWords(witness=None))


def test_a_blank_picture_makes_a_blank_page() -> None:
    page = page_of_scan(png(np.full((800, 600), 255, np.uint8)), PageWords(witness=None))
    assert page.get_text("words") == []
    assert page.layout_information is None
