"""Answers held against their quotes and their arithmetic."""

from __future__ import annotations

from uuid import UUID

import pytest

from docai.domain.answers import AnswerForm, Citation, Step
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.query.entailment import holds

BOX = Box(x0=0.1, y0=0.1, x1=0.5, y1=0.2)


def cited(quote: str, verdict: Verdict = Verdict.EXACT) -> Citation:
    evidence = Evidence(reader="model 1", witness=None, verdict=verdict, page_number=1, box=BOX)
    return Citation(
        document_id=DocumentId(UUID(int=1)), document_name="a", page_number=1, box=BOX, quote=quote, evidence=evidence
    )


def is_held(
    answer: str, *quotes: str, form: AnswerForm | None = AnswerForm.SPAN, steps: dict[str, float] | None = None
) -> bool:
    found = holds(
        answer,
        form,
        [cited(quote) for quote in quotes],
        [Step(expression=e, result=r) for e, r in (steps or {}).items()],
    )
    assert found.is_held == (found.reason is None)
    return found.is_held


def test_an_answer_is_held_by_the_words_that_it_cites_and_by_no_others() -> None:
    assert is_held("Ann Lee", "The chair is Ann Lee")
    assert is_held("Ann Lee", "The chair is Ann Lee", form=None)
    assert not is_held("Ann Lee", "The board met on 3 May 2021")
    assert not is_held("Bob Ray", "The chair is Ann Lee")
    assert not is_held("Ann Lee")


def test_what_no_witness_sees_holds_nothing() -> None:
    found = holds("Ann Lee", AnswerForm.SPAN, [cited("Ann Lee", Verdict.MODEL_ONLY)], ())
    assert found.reason == "It cites words that no witness sees on the page."


def test_the_reason_does_not_repeat_what_the_documents_say() -> None:
    found = holds("Rosebud", AnswerForm.SPAN, [cited("The board met")], ())
    assert found.reason == "Its cited places do not say the word that it gives."


def test_each_element_of_a_list_must_be_said() -> None:
    quotes = ("Members: Ann Lee, Bob Ray", "Secretary: Cy Dee")
    assert is_held("Ann Lee; Bob Ray; Cy Dee", *quotes, form=AnswerForm.LIST)
    assert is_held("Ann Lee, Bob Ray and Cy Dee", *quotes, form=AnswerForm.LIST)
    assert not is_held("Ann Lee; Bob Ray; Di Eng", *quotes, form=AnswerForm.LIST)


def test_a_judgement_needs_a_cited_place_and_the_figures_that_it_names() -> None:
    assert is_held("yes", "Sales rose to 120", form=AnswerForm.YES_NO)
    assert is_held("Yes", "Sales rose to 120", form=None)
    assert not is_held("yes", form=AnswerForm.YES_NO)
    assert is_held("Yes, to 120", "Sales rose to 120", form=AnswerForm.YES_NO)
    assert not is_held("Yes, to 130", "Sales rose to 120", form=AnswerForm.YES_NO)


def test_nothing_said_is_held() -> None:
    assert is_held("", form=AnswerForm.NONE)


SALES = ("Sales of Lund 120 million", "Sales of Ystad 80 million")


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        ("200", {"120 + 80": 200}),
        ("200 million", {"120 + 80": 200}),
        ("60%", {"120 / (120 + 80) * 100": 60}),
        ("60 %", {"120 / (120 + 80)": 0.6}),
        ("66.7", {"80 / 120": 0.6666666666666666, "0.6667 * 100": 66.67}),
        ("100", {"(120 + 80) / 2": 100}),
        ("2", {"1 + 1": 2}),
        ("Lund", {"120 - 80": 40}),
    ],
)
def test_arithmetic_over_cited_numbers_holds(answer: str, steps: dict[str, float]) -> None:
    assert is_held(answer, *SALES, form=AnswerForm.NUMBER, steps=steps)


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        ("201", {"120 + 80": 200}),
        ("210", {"120 + 80": 210}),
        ("220", {"120 + 100": 220, "100 + 7": 107}),
        ("127", {"120 + 7": 127}),
        ("200 billion", {"120 + 80": 200}),
        ("200 %", {"120 + 80": 200}),
        ("Malm\u00f6", {"120 - 80": 40}),
        ("40", {"120 - ": 40}),
        ("3", {"1 + 1 + 1": 3}),
    ],
)
def test_arithmetic_that_is_wrong_or_rests_on_nothing_does_not(answer: str, steps: dict[str, float]) -> None:
    assert not is_held(answer, *SALES, form=AnswerForm.NUMBER, steps=steps)


def test_a_result_has_no_other_currency_than_what_it_is_made_of() -> None:
    assert is_held("$200", "Lund $120", "Ystad $80", form=AnswerForm.NUMBER, steps={"120 + 80": 200})
    assert not is_held("\u20ac200", "Lund $120", "Ystad $80", form=AnswerForm.NUMBER, steps={"120 + 80": 200})
