"""Printed numbers are compared as numbers, whatever marks, signs and units they are printed with."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.grounding.numbers import Quantity, quantity_of, same_number

MARKS = [
    (",", "."),
    (".", ","),
    (" ", "."),
    (" ", ","),
    ("'", "."),
    ("\u2019", "."),
    ("\u00a0", ","),
    ("", "."),
    ("", ","),
]
"""Thousands and decimal marks that go together."""


def printed(whole: int, part: str, thousands: str, decimal: str) -> str:
    return f"{whole:,}".replace(",", thousands) + (decimal + part if part else "")


@pytest.mark.parametrize(
    ("text", "value", "decimals", "unit"),
    [
        ("1,234", "1234", 0, ""),
        ("1,23", "1.23", 2, ""),
        ("1.234", "1.234", 3, ""),
        ("12,34,567", "1234567", 0, ""),
        ("0,123", "0.123", 3, ""),
        (".5", "0.5", 1, ""),
        ("1.2E-03", "0.0012", 4, ""),
        ("(1,234.5)", "-1234.5", 1, ""),
        ("\u2212 12", "-12", 0, ""),
        ("12-", "-12", 0, ""),
        ("$ (5)", "-5", 0, "$"),
        ("(5.2%)", "-5.2", 1, "%"),
        ("5 per cent", "5", 0, "%"),
        ("1.234,50 \u20ac", "1234.5", 2, "EUR"),
        ("\u00a31.2bn", "1.2", 1, "GBP bn"),
        ("7 m\u00b2", "7", 0, "m2"),
        ("\u0663\u066b\u0665", "3.5", 1, ""),
        ("12*", "12", 0, ""),
    ],
)
def test_a_text_that_is_one_number_is_read(text: str, value: str, decimals: int, unit: str) -> None:
    assert quantity_of(text) == Quantity(Fraction(value), decimals, unit, unit == "%")


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "$", "a", "12 May", "A 5", "5 of", "2023 2024", "12.05.2024", "007", "1E5", "--5", "(5", "12\u00b2"),
        *("1,2,3", "5.", "$5%", "\u00b15", "9" * 60),
    ],
)
def test_what_is_no_number_or_more_than_one_is_none(text: str) -> None:
    assert quantity_of(text) is None


@settings(max_examples=80, deadline=None)
@given(
    whole=st.integers(0, 10**10),
    part=st.text("0123456789", max_size=4).filter(lambda part: len(part) != 3),
    one=st.sampled_from(MARKS),
    other=st.sampled_from(MARKS),
    is_negative=st.booleans(),
)
def test_the_same_number_in_two_spellings_is_the_same(
    whole: int, part: str, one: tuple[str, str], other: tuple[str, str], is_negative: bool
) -> None:
    first, second = printed(whole, part, *one), printed(whole, part, *other)
    if is_negative:
        first, second = f"({first})", f"\u2212{second}"
    assert same_number(first, second)
    assert same_number(f"EUR {first}", f"{second} \u20ac")
    assert not same_number(f"{first} %", second)


@settings(max_examples=80, deadline=None)
@given(
    whole=st.integers(1, 10**10),
    part=st.text("0123456789", max_size=4),
    marks=st.sampled_from(MARKS),
    place=st.integers(0, 20),
    step=st.integers(1, 9),
)
def test_a_number_with_another_digit_is_another_number(
    whole: int, part: str, marks: tuple[str, str], place: int, step: int
) -> None:
    text = printed(whole, part, *marks)
    digits = [n for n, character in enumerate(text) if character.isdecimal()]
    at = digits[place % len(digits)]
    wrong = text[:at] + str((int(text[at]) + step) % 10) + text[at + 1 :]
    assert not same_number(text, wrong)
    assert not same_number(text, f"-{text}")


def test_marks_that_can_be_read_in_two_ways_agree_with_either() -> None:
    assert same_number("1.234", "1,234")
    assert same_number("1,234", "1234")
    assert same_number("1,234", "1.234,00")
    assert same_number("1,234", "1.2340")
    assert not same_number("1.2345", "12345")


def test_asterisks_behind_a_number_tell_numbers_apart() -> None:
    assert same_number("0.45**", "0,45**")
    assert not same_number("0.45***", "0.45**")


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789.,' -+()%$\u20ac*kgEe\u00b2", max_size=50))
def test_any_text_is_read_or_refused_in_time(text: str) -> None:
    found = quantity_of(text)
    assert found is None or same_number(text, text)
