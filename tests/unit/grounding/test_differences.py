"""Where a value and a witness part is told to the character."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.evidence import Difference
from docai.grounding.differences import compared, differences, is_near, similarity


def told(said: str, heard: str) -> list[tuple[str, str, int]]:
    return [(d.said, d.heard, d.said_at) for d in differences(compared(said, heard.split()).stretches)]


def test_the_characters_that_differ_are_told_with_their_place() -> None:
    assert told("Total 1,284 euros", "Total 1,234 euros") == [("8", "3", 9)]
    assert told("SZE15-1.23-1", "SZL15-1.25-T") == [("E", "L", 2), ("3", "5", 9), ("1", "T", 11)]


def test_a_sentence_that_was_made_up_or_left_out_is_told_as_a_whole() -> None:
    text = "Sales rose. Costs fell. Profit grew."
    assert told("Sales rose. Nobody was hurt. Costs fell. Profit grew.", text) == [("Nobody was hurt.", "", 12)]
    assert told("Sales rose. Profit grew.", text) == [("", "Costs fell.", 12)]
    assert told("Sales rose. Costs fell.", text) == [("", "Profit grew.", 23)]


def test_other_spellings_bullets_and_leaders_are_no_differences() -> None:
    assert told("\u2022 Sales of 1.234,50 EUR in the office", "Sales ..... of \u20ac 1,234.50 in the o\ufb03ce") == []


def test_words_of_nothing_in_common_are_told_as_stretches() -> None:
    assert told("a yes b", "a 4 b") == [("yes", "4", 2)]


def test_no_more_is_told_than_a_person_reads() -> None:
    said = " ".join(f"w{n} x{n}" for n in range(100))
    heard = " ".join(f"w{n} qqqq" for n in range(100))
    assert len(told(said, heard)) == 12
    assert max(len(d[0]) for d in told("z " * 3000, "q")) == 400


def test_words_of_a_stretch_are_named_by_their_index() -> None:
    (stretch,) = compared("one two three", ["one", "....", "twq", "three"]).stretches
    assert stretch.words == range(2, 3)


def test_near_is_half_of_the_characters() -> None:
    assert is_near("1,284", "1,234")
    assert not is_near("yes", "4")
    assert not is_near("", "4")
    assert similarity("o\ufb03ce", "office") == 1.0


TEXT = st.lists(st.text("ab1,", min_size=1, max_size=4), max_size=8).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(said=TEXT, heard=TEXT)
def test_what_is_told_stands_in_the_value_where_it_is_said_to(said: str, heard: str) -> None:
    comparison = compared(said, heard.split())
    for difference in differences(comparison.stretches):
        assert isinstance(difference, Difference)
        assert said[difference.said_at : difference.said_at + len(difference.said)] == difference.said
        assert difference.said != difference.heard
        assert difference.heard in " ".join(heard.split())
    if said.split() == heard.split():
        assert comparison.stretches == ()
