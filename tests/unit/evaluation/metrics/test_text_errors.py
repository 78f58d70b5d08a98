"""Character and word error rate."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.text_errors import (
    character_error_rate,
    unordered_character_error_rate,
    word_error_rate,
)

_FEW = settings(max_examples=25, deadline=None)
_TEXT = st.text("ab c", min_size=1, max_size=12).filter(str.strip)


def test_edits_are_pooled_over_the_truth() -> None:
    assert character_error_rate([("sitting", "kitten"), ("ab", "ab")]) == pytest.approx(3 / 8)
    assert word_error_rate([("the cat sat on mat", "the cat sat on the mat")]) == pytest.approx(1 / 6)
    assert character_error_rate([("abcd", "a")]) == 3.0


def test_order_and_blanks_can_be_left_aside() -> None:
    assert unordered_character_error_rate("TOTAL 12.00\nShop", ["Shop", "Total  12.00"]) == 0.0
    assert unordered_character_error_rate("T0TAL", ["total", " "]) == pytest.approx(0.2)


def test_an_empty_truth_is_an_error() -> None:
    for rate in (character_error_rate, word_error_rate):
        with pytest.raises(ValueError, match="not empty"):
            rate([("a", "")])
    with pytest.raises(ValueError, match="characters"):
        unordered_character_error_rate("a", [" "])


@_FEW
@given(_TEXT, _TEXT)
def test_equal_texts_have_no_errors(one: str, other: str) -> None:
    assert character_error_rate([(one, one)]) == word_error_rate([(one, one)]) == 0.0
    assert unordered_character_error_rate(f"{other} {one}", [one]) == 0.0
    assert 0.0 <= unordered_character_error_rate(other, [one]) <= 1.0
    assert character_error_rate([("", one)]) == 1.0
    assert (character_error_rate([(other, one)]) == 0.0) == (one == other)
