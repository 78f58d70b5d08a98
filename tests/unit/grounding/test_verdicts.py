"""What a witness's words say of a value."""

from __future__ import annotations

import pytest

from docai.domain.evidence import Verdict
from docai.domain.geometry import Box
from docai.domain.words import Witness, Word
from docai.grounding.verdicts import judge

BOX = Box(x0=0, y0=0, x1=0.1, y1=0.1)


def verdict(said: str, heard: str, witness: Witness = Witness.TEXT_LAYER, confidence: float = 1.0) -> Verdict:
    words = [Word(text=text, box=BOX, line=0, confidence=confidence) for text in heard.split()]
    return judge(said, words, witness, min_confidence=0.5).verdict


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("1.234,50", "1,234.50", Verdict.NORMALISED),
        ("(1,234)", "\u22121.234", Verdict.NORMALISED),
        ("12 %", "12%", Verdict.NORMALISED),
        ("\u20ac 5", "5 EUR", Verdict.NORMALISED),
        ("paid 1.234,50 in May", "paid 1,234.50 in May", Verdict.NORMALISED),
        ("HUNGARY", "Hungary", Verdict.NORMALISED),
        ("1,284", "1,234", Verdict.CONFLICT),
        ("900", "8", Verdict.CONFLICT),
        ("12%", "12", Verdict.CONFLICT),
        ("O", "0", Verdict.CONFLICT),
        ("l", "1", Verdict.CONFLICT),
        ("\u0430\u0441e", "ace", Verdict.CONFLICT),
        ("122", "12\u00b2", Verdict.CONFLICT),
        ("Sales rose. Nobody was hurt.", "Sales rose.", Verdict.PARTIAL),
        ("Sales rose.", "Sales rose. Costs fell by 5 million.", Verdict.CONFLICT),
        ("yes", "4", Verdict.MODEL_ONLY),
        ("yes", "", Verdict.MODEL_ONLY),
        ("", "4", Verdict.CONFLICT),
        ("", "......", Verdict.EMPTY),
        ("", "", Verdict.EMPTY),
    ],
)
def test_a_text_layer_is_taken_at_its_word(said: str, heard: str, expected: Verdict) -> None:
    assert verdict(said, heard) is expected


@pytest.mark.parametrize(
    ("said", "heard", "confidence", "expected"),
    [
        ("1.234,50", "1,234.50", 0.9, Verdict.OCR_AGREE),
        ("TAX INVOICE", "Tax Invoice", 0.9, Verdict.OCR_AGREE),
        ("7185", "7186", 0.9, Verdict.CONFLICT),
        ("7185", "7186", 0.4, Verdict.ILLEGIBLE),
        ("Walter", "Wolter", 0.9, Verdict.ILLEGIBLE),
        ("Walter", "Wolter", 0.99, Verdict.CONFLICT),
        ("566", "S66", 0.9, Verdict.ILLEGIBLE),
        ("S66", "566", 0.9, Verdict.CONFLICT),
        ("Walter Smith", "Walter", 0.9, Verdict.PARTIAL),
        ("Walter", "", 0.9, Verdict.MODEL_ONLY),
        ("\u2611", "", 0.9, Verdict.ILLEGIBLE),
        ("", "' .", 0.9, Verdict.EMPTY),
        ("", "1", 0.9, Verdict.CONFLICT),
    ],
)
def test_ocr_is_believed_as_far_as_it_is_sure(said: str, heard: str, confidence: float, expected: Verdict) -> None:
    assert verdict(said, heard, Witness.OCR, confidence) is expected


def test_a_judgement_says_what_it_rests_on() -> None:
    words = [Word(text="1,234", box=BOX, line=0)]
    judged = judge("1,284", words, Witness.TEXT_LAYER, min_confidence=0.5)
    assert [(d.said, d.heard, d.said_at) for d in judged.differences] == [("8", "3", 3)]
    assert judged.similarity == pytest.approx(0.75)
    agreed = judge("1234", words, Witness.TEXT_LAYER, min_confidence=0.5)
    assert (agreed.verdict, agreed.differences, agreed.similarity) == (Verdict.NORMALISED, (), 1.0)
    assert judge("1234", [], None, min_confidence=0.5).similarity is None
