"""Quotes among a page's words: whole words, near misses told as conflicts, and nothing found where nothing stands."""

from __future__ import annotations

import pytest

from docai.domain.evidence import Verdict
from docai.domain.words import Witness
from docai.query.quotes import locate
from tests.unit.query.scripted import printed

PAGE = printed(
    "Annual report of Nordic Turbines",
    "Revenue rose to 1,250 in 2023",
    "Staff 15 of 1500",
    "the “first” off\u2010shore park",
)


def found(quote: str) -> tuple[str, Verdict] | None:
    located = locate(quote, PAGE.words, 1, reader="model 1")
    return None if located is None else (located.text, located.evidence.verdict)


@pytest.mark.parametrize(
    ("quote", "text", "verdict"),
    [
        ("Revenue rose to 1,250", "Revenue rose to 1,250", Verdict.EXACT),
        ("Revenue  rose\nto", "Revenue rose to", Verdict.EXACT),
        ('the "first" off-shore', "the “first” off\u2010shore", Verdict.NORMALISED),
        ("NORDIC TURBINES", "Nordic Turbines", Verdict.CONFLICT),
        ("Revenue rose to 1,260 in 2023", "Revenue rose to 1,250 in 2023", Verdict.CONFLICT),
        ("15", "15", Verdict.EXACT),
    ],
)
def test_a_quote_is_found_with_how_far_the_words_agree(quote: str, text: str, verdict: Verdict) -> None:
    assert found(quote) == (text, verdict)


@pytest.mark.parametrize("quote", ["150", "50", "", "...", "Profit fell to 900 in 1999", "urbine", "x" * 5000])
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert found(quote) is None


def test_a_quote_names_its_words_and_their_box() -> None:
    located = locate("1,250 in 2023", PAGE.words, 1, reader="model 1")
    assert located is not None
    assert PAGE.words is not None
    seen = [PAGE.words.words[i] for i in located.evidence.word_ids]
    assert [word.text for word in seen] == ["1,250", "in", "2023"]
    assert located.evidence.box is not None
    assert (located.evidence.box.x0, located.evidence.box.x1) == (seen[0].box.x0, seen[-1].box.x1)


def test_a_scan_agrees_by_ocr() -> None:
    scan = printed("Total due 12", witness=Witness.OCR)
    located = locate("Total due", scan.words, 1, reader="model 1")
    assert located is not None
    assert located.evidence.verdict is Verdict.OCR_AGREE
