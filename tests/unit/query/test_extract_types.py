from __future__ import annotations

import pytest

from docai.query.extract_types import AnswerType, is_of_type, typed_spans, wanted_type


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When is the invoice due?", AnswerType.DATE),
        ("What is the due date?", AnswerType.DATE),
        ("In which year was it founded?", AnswerType.DATE),
        ("How much did the repair cost?", AnswerType.MONEY),
        ("What is the unit price of the chair?", AnswerType.MONEY),
        ("What was the net income of the company?", AnswerType.MONEY),
        ("What percentage of sales is online?", AnswerType.PERCENT),
        ("What share of faults do terminals cause?", AnswerType.PERCENT),
        ("How many people work there?", AnswerType.NUMBER),
        ("Who signed the letter?", AnswerType.NAME),
        ("What is the name of the inspector?", AnswerType.NAME),
        ("Is the fee refundable?", AnswerType.YES_NO),
        ("Was the figure higher or lower than before?", AnswerType.TEXT),
        ("What is the invoice number?", AnswerType.TEXT),
    ],
)
def test_the_question_words_tell_what_is_wanted(question: str, wanted: AnswerType) -> None:
    assert wanted_type(question) is wanted


@pytest.mark.parametrize(
    ("text", "answer_type", "spans"),
    [
        ("inspected on Tuesday, 9 June 2026.", AnswerType.DATE, ["9 June 2026"]),
        ("dated June 9, 2026 and 2026-06-10", AnswerType.DATE, ["June 9, 2026", "2026-06-10"]),
        ("founded in 1987 by two brothers", AnswerType.DATE, ["1987"]),
        ("It may cost 3,420 pounds", AnswerType.MONEY, ["3,420 pounds"]),
        ("$3.8 billion and $ 5.0 billion", AnswerType.MONEY, ["$3.8 billion", "$ 5.0 billion"]),
        ("43 percent of 212, up 1.5 %", AnswerType.PERCENT, ["43 percent", "1.5 %"]),
        ("In 2025, 1,140 people and 43 percent", AnswerType.NUMBER, ["1,140"]),
        ("his name is Mr Tomas Havel, of Ridgeline Surveys", AnswerType.NAME, ["Mr Tomas Havel", "Ridgeline Surveys"]),
        ("nothing of the kind", AnswerType.DATE, []),
    ],
)
def test_typed_spans_are_found_whole(text: str, answer_type: AnswerType, spans: list[str]) -> None:
    assert [text[start:end] for start, end in typed_spans(text, answer_type)] == spans


@pytest.mark.parametrize(
    ("text", "answer_type", "fits"),
    [
        ("(1,051)", AnswerType.MONEY, True),
        ("Norway", AnswerType.MONEY, False),
        ("Norway", AnswerType.NAME, True),
        ("No", AnswerType.YES_NO, True),
        ("Notes", AnswerType.YES_NO, False),
        ("LA-3391", AnswerType.DATE, False),
        ("14 May 2026", AnswerType.DATE, True),
    ],
)
def test_a_value_fits_its_type_or_not(text: str, answer_type: AnswerType, fits: bool) -> None:
    assert is_of_type(text, answer_type) is fits
