"""Arithmetic: exact, bounded, and nothing but arithmetic."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.query.arithmetic import MAX_CHARACTERS, NotArithmetic, calculate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", Fraction(7)),
        ("(1 + 2) \u00d7 3", Fraction(9)),
        ("-(4 \u2212 6) / 4", Fraction(1, 2)),
        ("1,234.50 - $34.50", Fraction(1200)),
        ("(120 - 100) / 100 * 100", Fraction(20)),
        ("200 * 12%", Fraction(24)),
        ("8 - 3 - 2", Fraction(3)),
    ],
)
def test_an_expression_has_its_value(expression: str, value: Fraction) -> None:
    assert calculate(expression).value == value


def test_the_operands_are_the_numbers_as_written() -> None:
    assert calculate("(1,000 + 12%) / 3").operands == (Fraction(1000), Fraction(12), Fraction(3))


@pytest.mark.parametrize(
    "expression",
    [
        "", "1 +", "1 / (2 - 2)", "(1", "1)", "2 ** 9", "__import__('os')", "a + 1", "1 2", "+" * 50 + "1",
        "(" * 40 + "1" + ")" * 40, "1+" * MAX_CHARACTERS + "1", "9e9", "1,23", "9" * 31,
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    with pytest.raises(NotArithmetic):
        calculate(expression)


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.integers(0, 999).map(lambda n: (str(n), Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda t: (
            f"({t[0][0]} {t[1]} {t[2][0]})",
            {"+": t[0][1] + t[2][1], "-": t[0][1] - t[2][1], "*": t[0][1] * t[2][1]}[t[1]],
        )
    ),
    max_leaves=8,
))  # fmt: skip
def test_any_expression_is_worked_out_exactly(built: tuple[str, Fraction]) -> None:
    assert calculate(built[0]).value == built[1]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_worked_out_or_refused(text: str) -> None:
    with suppress(NotArithmetic):
        calculate(text)
