from __future__ import annotations

import numpy as np
import pytest

from docai.engines.ocr.line_words import split
from docai.engines.ocr.models import LINE_HEIGHT_PX
from docai.engines.ocr.recognition import Reading, Strip


def _strip(*bars: int, dark: bool = True) -> Strip:
    """A strip of 200 pixels with letters, each a bar 10 wide and 20 high, whose left edges are given."""
    pixels = np.full((LINE_HEIGHT_PX, 200, 3), 255 if dark else 0, dtype=np.uint8)
    for left in bars:
        pixels[14:34, left : left + 10] = 0 if dark else 255
    return Strip(pixels, np.eye(3, dtype=np.float32))


def _reading(text: str, bars: tuple[int, ...], blanks: dict[int, float] | None = None) -> Reading:
    likelihoods = np.zeros(len(text), dtype=np.float32)
    for index, likelihood in (blanks or {}).items():
        likelihoods[index] = likelihood
    centres = np.asarray(bars, dtype=np.float32) + 5
    return Reading(tuple(text), centres, np.full(len(text), 0.9, dtype=np.float32), likelihoods)


def test_nothing_read_is_no_word() -> None:
    assert split(_strip(), _reading("", ())) == []


def test_a_reader_s_likely_blank_parts_words() -> None:
    bars = (10, 22, 34, 46)
    assert [word.text for word in split(_strip(*bars), _reading("abcd", bars, {2: 0.4}))] == ["ab", "cd"]


def test_evenly_spaced_letters_stay_together() -> None:
    bars = (10, 30, 50, 70)
    assert [word.text for word in split(_strip(*bars), _reading("abcd", bars))] == ["abcd"]


def test_a_doubted_blank_is_believed_where_the_paper_shows_a_wide_gap() -> None:
    bars = (10, 22, 34, 60, 72, 84)
    reading = _reading("abcdef", bars, {3: 0.02})
    assert [word.text for word in split(_strip(*bars), reading)] == ["abc", "def"]
    even = (10, 22, 34, 46, 58, 70)
    assert [word.text for word in split(_strip(*even), _reading("abcdef", even, {3: 0.02}))] == ["abcdef"]


@pytest.mark.parametrize("dark", [True, False])
def test_a_word_s_place_is_that_of_its_ink(dark: bool) -> None:
    bars = (10, 22, 60, 72)
    first, second = split(_strip(*bars, dark=dark), _reading("abcd", bars, {2: 0.9}))
    assert (first.left, first.right, first.top, first.bottom) == (10, 32, 14, 34)
    assert (second.left, second.right) == (60, 82)
    assert first.confidence == pytest.approx(0.9)


def test_words_without_visible_ink_share_the_strip() -> None:
    words = split(_strip(), _reading("abcd", (10, 30, 100, 120), {2: 0.9}))
    assert [word.text for word in words] == ["ab", "cd"]
    assert words[0].left == 0
    assert words[0].right == words[1].left
    assert words[1].right == 200
