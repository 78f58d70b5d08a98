from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.evidence import Difference
from docai.rendering.differences import Run, between, excerpt, runs_heard, runs_said


def differing(runs: list[Run]) -> list[str]:
    return [run.text for run in runs if run.differs]


def test_the_characters_that_differ_are_marked_in_both_readings() -> None:
    part_number = (
        Difference(said="E", heard="L", said_at=2),
        Difference(said="3", heard="5", said_at=9),
        Difference(said="1", heard="T", said_at=11),
    )
    said = runs_said("SZE15-1.23-1", part_number)
    assert said == [
        Run("SZ"),
        Run("E", differs=True),
        Run("15-1.2"),
        Run("3", differs=True),
        Run("-"),
        Run("1", differs=True),
    ]
    assert differing(runs_heard("SZL15-1.25-T", part_number)) == ["L", "5", "T"]


def test_what_one_reading_has_more_is_marked_there_only() -> None:
    more = (Difference(said="", heard=",", said_at=1), Difference(said="00", heard="", said_at=4))
    assert differing(runs_said("123400", more)) == ["00"]
    assert runs_heard("1,234", more) == [Run("1"), Run(",", differs=True), Run("234")]


def test_a_witness_that_writes_otherwise_in_between_is_still_marked() -> None:
    assert differing(runs_heard("a  b  9", (Difference(said="8", heard="9", said_at=4),))) == ["9"]


def test_a_difference_that_is_not_in_the_text_marks_nothing() -> None:
    stray = (Difference(said="x", heard="y", said_at=1),)
    assert runs_said("abc", stray) == runs_heard("abc", stray) == [Run("abc")]


@settings(max_examples=150, deadline=None)
@given(st.text("ab1, ", max_size=12), st.text("ab1, ", max_size=12))
def test_no_character_is_lost_and_what_is_not_marked_is_the_same(said: str, heard: str) -> None:
    differences = between(said, heard)
    one, other = runs_said(said, differences), runs_heard(heard, differences)
    assert "".join(run.text for run in one) == said
    assert "".join(run.text for run in other) == heard
    same = ["".join(run.text for run in runs if not run.differs) for runs in (one, other)]
    assert same[0] == same[1]


def test_an_excerpt_is_around_the_first_difference() -> None:
    runs = [Run("x" * 300), Run("!", differs=True), Run("y" * 300)]
    short = excerpt(runs, 40)
    assert sum(len(run.text) for run in short) == 42
    assert (short[0].text, short[-1].text) == ("…", "…")
    assert differing(short) == ["!"]
    assert excerpt(runs[:1], 40) == [Run("x" * 40), Run("…")]
    assert excerpt(runs, 601) == runs
