"""Approximate places of a short text in a long one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from docai.evaluation.metrics.near_matches import fewest_edits, starts_within

_FEW = settings(max_examples=25, deadline=None)


@_FEW
@given(st.text("abc", max_size=5), st.text("abc", max_size=9))
def test_the_distance_is_that_of_the_best_stretch(pattern: str, text: str) -> None:
    stretches = [text[a:b] for a in range(len(text) + 1) for b in range(a, len(text) + 1)]
    assert fewest_edits(pattern, text) == min(Levenshtein.distance(pattern, each) for each in stretches)


@_FEW
@given(st.text("ab", min_size=2, max_size=4), st.text("ab", max_size=9))
def test_every_place_is_near_enough(pattern: str, text: str) -> None:
    for start in starts_within(pattern, text, 1):
        assert min(Levenshtein.distance(pattern, text[start:end]) for end in range(start, len(text) + 1)) <= 1


def test_neighbouring_beginnings_are_one_place() -> None:
    assert starts_within("lazy dog", "the lazy dig and a lazy dog", 2) == [4, 19]
    assert starts_within("aa", "aaa", 0) == [0, 1]


@pytest.mark.parametrize(("pattern", "most"), [("", 0), ("ab", 2), ("ab", -1)])
def test_a_search_that_finds_everything_is_an_error(pattern: str, most: int) -> None:
    with pytest.raises(ValueError, match="cannot be sought"):
        starts_within(pattern, "text", most)
