"""Texts taken apart, and what of one another does not say."""

from __future__ import annotations

import pytest

from docai.query.claims import claim_of, joined, missing_in


def lacks(claim: str, *passages: str) -> str | None:
    return missing_in(claim_of(claim), joined(claim_of(passage) for passage in passages))


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Ann Lee", "The chair is Ann Lee."),
        ("1234.50", "Sum 1.234,50 EUR"),
        ("1 234", "in all 1234 of them"),
        ("$1.5 million", "cost $1,500,000 in 2020"),
        ("1,500 million", "Sales (in millions) 1,500"),
        ("12 percent", "rose by 12 %"),
        ("EUR 7", "7 \u20ac"),
        ("international law", "inter- national law"),
        ("SZL15-1.25-T", "type SZL15-1.25-T, black"),
        ("007", "agent 007"),
        ("a decrease of 5 %", "change \u22125 %"),
        ("-5", "loss (5)"),
        ("10000", "5001 \u2013 10000"),
        ("2019", "2018-2019"),
        ("3 May 2021", "on May 3, 2021"),
        ("\u58f2\u4e0a", "\u58f2\u4e0a\u9ad8\u306f 5"),
        ("the board", "Board met"),
    ],
)
def test_what_a_passage_says_in_other_signs_is_not_missing(claim: str, passage: str) -> None:
    assert lacks(claim, passage) is None


@pytest.mark.parametrize(
    ("claim", "passage", "missing"),
    [
        ("Ann Lea", "The chair is Ann Lee.", "the word 'lea'"),
        ("1,235", "in all 1,234", "the figure 1,235"),
        ("12.34", "in all 1,234", "the figure 12.34"),
        ("\u20ac5", "$5", "the unit \u20ac"),
        ("5 %", "5 of them", "the unit %"),
        ("5 kg", "5 g", "the word 'kg'"),
        ("2 billion", "2 million", "the figure 2"),
        ("in billions", "in millions", "the unit"),
        ("5", "\u22125", "the figure 5"),
        ("-5", "5", "the figure 5"),
        ("80", "1 808", "the figure 80"),
        ("120", "1 20", "the figure 120"),
        ("13/13/95", "10/13/95", "the figure 13"),
        ("loss", "profit of 5", "the word 'loss'"),
        ("Q3", "Q2", "the word 'q3'"),
    ],
)
def test_what_a_passage_does_not_say_is_named(claim: str, passage: str, missing: str) -> None:
    assert lacks(claim, passage) == missing


def test_several_passages_say_together_what_none_says_alone() -> None:
    assert lacks("Ann Lee, 1970", "Ann Lee", "born 1970") is None
    assert lacks("Ann Lee, 1970", "Ann Lee") == "the figure 1970"


def test_signs_alone_are_looked_for_as_they_are() -> None:
    assert lacks("*", "see * below") is None
    assert lacks("*", "see below") == "the answer"
