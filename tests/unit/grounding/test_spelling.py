"""Spellings of the same words and numbers are the same; other characters that look like them are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.grounding.spelling import is_ornament, is_same, is_same_in_scan, looks_alike, normalised


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("office information", "o\ufb03ce infor- mation"),
        ("co\u00adoperate", "cooperate"),
        ("\u201cyes\u201d \u2013 no", '"yes" - no'),
        ("Caf\u00e9", "Cafe\u0301"),
        ("1.234,50 \u20ac", "EUR 1,234.50"),
        ("(5)", "\u22125"),
        ("1 234", "1,234"),
        ("HUNGARY", "Hungary"),
        ("12\u00b2", "122"),
        ("Insights \ufeff", "Insights"),
    ],
)
def test_other_spellings_are_the_same(said: str, heard: str) -> None:
    assert is_same(said, heard)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("1,284", "1,234"),
        ("5", "-5"),
        ("5", "(5)"),
        ("5%", "5"),
        ("122", "12\u00b2"),
        ("O", "0"),
        ("l2", "12"),
        ("\u0430pril", "april"),
        ("5 mW", "5 MW"),
        ("12.5", "125"),
        ("Net", "Nets"),
    ],
)
def test_other_characters_are_not(said: str, heard: str) -> None:
    assert not is_same(said, heard)


@pytest.mark.parametrize(
    ("said", "heard"), [("O", "0"), ("l2", "12"), ("\u0430pril", "april"), ("B8", "88"), ("S5", "55")]
)
def test_characters_that_look_alike_are_known(said: str, heard: str) -> None:
    assert looks_alike(said, heard)
    assert not looks_alike(said, heard + "3")


@pytest.mark.parametrize(
    ("said", "heard"),
    [("TAX INVOICE:", "Tax Invoice"), ("MASK 74169/157", "MASK. 74169/157"), ("(RM)", "RM"), ("A-5", "A5")],
)
def test_a_scan_may_have_other_capitals_and_stops(said: str, heard: str) -> None:
    assert is_same_in_scan(said, heard)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("5", "-5"),
        ("rate -5", "rate 5"),
        ("1.5 of", "15 of"),
        ("$5 off", "5 off"),
        ("9%", "9"),
        ("(5)", "5"),
        ("7185", "7186"),
    ],
)
def test_a_scan_may_not_have_other_numbers(said: str, heard: str) -> None:
    assert not is_same_in_scan(said, heard)


def test_leaders_rules_and_bullets_are_ornaments() -> None:
    assert all(map(is_ornament, ["......", "\u2022", "____", "|"]))
    assert not any(map(is_ornament, ["-", "..", "1", "a", "\u2014"]))


@settings(max_examples=100, deadline=None)
@given(
    text=st.text("abAB 01,.-\u2013\ufb01\u00ad\u00b2()%\u0430", max_size=20),
    other=st.text("abAB 01,.-()%", max_size=20),
)
def test_every_text_is_itself_and_sameness_has_no_order_of_white_space(text: str, other: str) -> None:
    assert is_same(text, text)
    assert is_same(text, " ".join(text.split()))
    assert normalised(normalised(text)) == normalised(text)
    if is_same(text, other):
        assert is_same_in_scan(text, other)
