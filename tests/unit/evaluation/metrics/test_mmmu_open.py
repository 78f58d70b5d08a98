"""MMMU's open questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.mmmu_open import open_correct, parse_open

_FEW = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("response", "answers"),
    [
        ("The answer is 1,234.5", ["1234.5"]),
        ("So x = 8.004", ["8"]),
        ("Therefore the capital is Paris, France.", ["paris"]),
        ("It could be 3\nThe result is 4", ["3"]),
        ("about 6.02e23 of them", ["6.02e23"]),
        ("The vitamin is c deficient", ["C"]),
        ("24/7", ["24/7"]),
    ],
)
def test_right_replies(response: str, answers: list[str]) -> None:
    assert open_correct(response, answers)


@pytest.mark.parametrize(
    ("response", "answers"),
    [("It is Paris", ["Rome"]), ("The answer is 8.02", ["8"]), ("abc", ["b"]), ("42", []), ("", ["1"])],
)
def test_wrong_replies(response: str, answers: list[str]) -> None:
    assert not open_correct(response, answers)


def test_a_reply_is_read_behind_its_last_indicator() -> None:
    assert parse_open("Thus the final answer is 12 m") == {"12 m", 12.0}
    assert parse_open("x=5\ny = 7") == {"7", 7.0} - {"7"}


@_FEW
@given(st.text("ab1. =\n", min_size=1, max_size=10), st.text("ab1", min_size=1, max_size=4))
def test_parsed_parts_are_folded(response: str, answer: str) -> None:
    assert all(not isinstance(each, str) or each == each.lower() for each in parse_open(response))
    assert open_correct(f"answer {answer}", [answer]) or len(answer) == 1


@_FEW
@given(st.integers(-(10**6), 10**6))
def test_a_number_is_right_and_its_neighbour_wrong(number: int) -> None:
    assert open_correct(f"The answer is {number}.", [str(number)])
    assert not open_correct(f"The answer is {number}.", [str(number + 1)])
