"""Reading of Python literals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.python_literals import literal_of


def test_values_are_read() -> None:
    assert literal_of("['a', 1]") == ["a", 1]
    assert literal_of(r"['\d']") == [r"\d"]


@pytest.mark.parametrize("text", ["", "a", "[a]", "{[]: 1}", "open('x')", "(" * 500, "\0"])
def test_what_is_no_literal_is_nothing(text: str) -> None:
    assert literal_of(text) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=5) | st.integers(-9, 9), max_size=4))
def test_a_written_list_is_read_back(entries: list[str | int]) -> None:
    assert literal_of(repr(entries)) == entries
