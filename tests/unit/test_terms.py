from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.terms import content_tokens, idf, terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Invoices were issued", ["invoic", "issu"]),
        ("INVOICE \uff29\uff4e\uff56\uff4f\uff49\uff43\uff45", ["invoic", "invoic"]),
        ("$1,234.50 and 12'000", ["1234.50", "12000"]),
        ("12,34", ["12", "34"]),
        ("version 2.0", ["version", "2.0"]),
        ("FY2023 10-K, A2GBIFL43U", ["fy2023", "10", "k", "a2gbifl43u"]),
        ("Amazon\u2019s costs", ["amazon", "cost"]),
        ("STRASSE Stra\u00dfe", ["strass", "strass"]),
        ("Änderung \u00c4nderung A\u0308nderung", ["änderung"] * 3),
        ("東京都 tower", ["東京", "京都", "tower"]),
        ("\ufb01nance", ["financ"]),
        ("— • ()", []),
        ("", []),
    ],
)
def test_text_becomes_comparable_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_stop_words_are_tokens_but_no_terms() -> None:
    assert [token.surface for token in tokens("the price of it")] == ["the", "price", "of", "it"]
    assert [token.surface for token in content_tokens("the price of it")] == ["price"]


def test_a_page_and_a_question_write_a_number_alike() -> None:
    assert terms("(1,234,567)") == terms("1234567") == terms("1'234'567")


@given(st.text())
def test_any_text_has_terms_that_are_words(text: str) -> None:
    for token in tokens(text):
        assert token.surface.strip() == token.surface != ""
        assert token.term


def test_threads_stem_alike() -> None:
    words = [f"{stem}ing" for stem in ("invoic", "deliver", "ship", "bill")] * 200
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(terms, words)) == [terms(word) for word in words]


def test_rare_terms_weigh_more_and_none_weighs_nothing() -> None:
    weights = idf({"common": 100, "rare": 1}, 100, ["common", "rare", "unseen"])
    assert 0 < weights["common"] < weights["rare"] < weights["unseen"]
    assert weights["rare"] == pytest.approx(math.log(1 + 99.5 / 1.5))


def test_frequencies_ahead_of_the_page_count_do_no_harm() -> None:
    assert idf({"term": 5}, 3, ["term"])["term"] > 0
    assert idf({}, 0, ["term"])["term"] > 0
