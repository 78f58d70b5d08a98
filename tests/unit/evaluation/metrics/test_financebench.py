"""FinanceBench by rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.financebench import financebench_correct

_FEW = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [
        ("$1577.00", "1,577"),
        ("$1577.00", "$1.577 billion"),
        ("$8.70", "8.738"),
        ("-0.02", "(0.02)"),
        ("24.26", "24.26 %"),
        ("0", "0.00"),
        ("Yes", "yes."),
    ],
)
def test_right_answers(truth: str, prediction: str) -> None:
    assert financebench_correct(truth, prediction)


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [
        ("$1577.00", "1,677"),
        ("$1577.00", "1.577"),
        ("$1577 million", "$1577 billion"),
        ("5%", "$5"),
        ("0.66", "-0.66"),
        ("0", "1"),
        ("Yes", "No"),
        ("", ""),
    ],
)
def test_wrong_answers(truth: str, prediction: str) -> None:
    assert not financebench_correct(truth, prediction)


@_FEW
@given(st.integers(1, 10**9))
def test_a_figure_is_right_within_a_hundredth(number: int) -> None:
    assert financebench_correct(f"{number}", f"{number}.00")
    assert financebench_correct(f"{number}", f"{number * 1.009:.4f}")
    assert not financebench_correct(f"{number}", f"{number * 1.02:.4f}")
