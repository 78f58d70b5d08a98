"""Pages named on the command line."""

from __future__ import annotations

import pytest

from docai.cli.page_ranges import page_numbers
from docai.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "numbers"),
    [(None, []), ("3", [3]), ("1-3,7", [1, 2, 3, 7]), (" 7 , 1-2", [1, 2, 7]), ("2,2-2", [2])],
)
def test_numbers_and_ranges(text: str | None, numbers: list[int]) -> None:
    assert page_numbers(text) == numbers


@pytest.mark.parametrize("text", ["", "0", "a", "3-1", "1-", "-1", "1;2", "1,,2", "12345678"])
def test_what_names_no_pages_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="--page"):
        page_numbers(text)
