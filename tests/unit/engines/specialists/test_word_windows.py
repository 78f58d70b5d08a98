"""Windows over a page's words."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.engines.specialists.word_windows import windows


def test_a_short_page_is_one_window() -> None:
    assert windows([3, 2, 1], 6) == [slice(0, 3)]
    assert windows([], 6) == []


def test_neighbours_share_the_stride() -> None:
    assert windows([1] * 10, 6, stride=2) == [slice(0, 6), slice(4, 10)]


def test_a_word_that_is_too_long_has_a_window_of_its_own() -> None:
    assert windows([1, 99, 1], 4, stride=2) == [slice(0, 1), slice(1, 2), slice(2, 3)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=80), st.integers(1, 60), st.integers(0, 40))
def test_windows_cover_all_words_fit_and_go_on(lengths: list[int], room: int, stride: int) -> None:
    found = windows(lengths, room, stride=stride)
    assert {word for part in found for word in range(len(lengths))[part]} == set(range(len(lengths)))
    for part in found:
        assert sum(lengths[part]) <= room or part.stop - part.start == 1
    for one, following in pairwise(found):
        assert one.start < following.start <= one.stop < following.stop
        assert sum(lengths[following.start : one.stop]) <= stride
