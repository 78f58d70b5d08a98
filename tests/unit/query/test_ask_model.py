"""A model's answers: quotes found on the pages, arithmetic done again, and the extractive reader as floor and check."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from docai.domain.answers import Answer, AnswerForm, Hit, Question, TextPiece
from docai.domain.documents import Page
from docai.domain.evidence import Verdict
from docai.domain.generations import Generation, GenerationRequest, StopReason
from docai.domain.ids import AnswerId, TenantId
from docai.errors import EngineUnavailable
from docai.query.answer_reply import SCHEMA
from docai.query.ask_model import Asked, ModelAsker
from tests.unit.query.scripted import DOCUMENT, Script, ScriptedModel, camera, printed

PAGES = [
    printed("Sales of Malmö 120", "Sales of Lund 80", "The board met on 3 May 2021", number=1),
    printed("The chair is Ann Lee", "Staff in all 1,500", number=2),
]


def said(answer: object, quotes: list[tuple[int, str]], kind: str = "span", **more: Any) -> str:
    evidence = [{"image": image, "quote": quote} for image, quote in quotes]
    reply = {"evidence": evidence, "steps": [], "type": kind, "answer": answer, "unanswerable": False}
    return json.dumps(reply | more)


def floor(text: str | None, confidence: float = 0.6) -> Answer:
    return Answer(
        id=AnswerId(UUID(int=3)),
        question=Question(text="what?"),
        answerable=text is not None,
        text=text,
        confidence=confidence,
        engine="extractive 2",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def asked(
    *script: Script, pages: list[Page] = PAGES, extractive: str | None = None, question: str = "what?", **model: Any
) -> tuple[Answer, list[str], ScriptedModel]:
    scripted = ScriptedModel(script, **model)
    hits = [
        (Hit(document_id=DOCUMENT, document_name="a.pdf", page_number=page.number, score=1.0), page) for page in pages
    ]
    asking = Asked(TenantId(UUID(int=1)), Question(text=question), hits, floor(extractive))
    *pieces, answer = ModelAsker(camera(scripted)).news(asking)
    assert isinstance(answer, Answer)
    return answer, [piece.text for piece in pieces if isinstance(piece, TextPiece)], scripted


def test_a_quote_becomes_a_citation_with_its_box_and_the_answer_is_told_as_it_comes() -> None:
    answer, pieces, model = asked(said("Ann Lee", [(2, "The chair is Ann Lee")]))
    assert (answer.text, answer.answerable, answer.is_verified, answer.form) == ("Ann Lee", True, True, AnswerForm.SPAN)
    assert "".join(pieces) == "Ann Lee"
    citation = answer.citations[0]
    assert (citation.page_number, citation.quote, citation.document_id) == (2, "The chair is Ann Lee", DOCUMENT)
    assert citation.evidence.verdict is Verdict.EXACT
    assert citation.evidence.reader == "scripted 1"
    assert citation.box.y0 == pytest.approx(0.05)
    assert answer.engine == "scripted 1"
    assert answer.model is not None
    assert answer.model.usage.output_tokens == 10
    assert answer.model.prompt is not None
    request = model.asked[0]
    assert [image.label for image in request.images] == ["Image 1: page 1 of a.pdf:", "Image 2: page 2 of a.pdf:"]
    assert request.schema == SCHEMA


def test_a_quote_on_another_page_than_the_model_says_is_cited_where_it_stands() -> None:
    answer, _, _ = asked(said("Ann Lee", [(1, "The chair is Ann Lee")]))
    assert answer.citations[0].page_number == 2
    assert answer.is_verified


def test_an_answer_whose_quote_stands_nowhere_is_marked_as_the_models_alone() -> None:
    answer, _, _ = asked(said("Bob Ray", [(2, "Mr Bob Ray presides over it all")]))
    assert (answer.text, answer.is_verified) == ("Bob Ray", False)
    assert answer.citations[0].evidence.verdict is Verdict.MODEL_ONLY
    assert answer.citations[0].page_number == 2
    assert answer.confidence < 0.5


def test_words_that_stand_on_no_cited_page_are_not_verified() -> None:
    answer, _, _ = asked(said("Bob Ray", [(2, "The chair is Ann Lee")]))
    assert (answer.answerable, answer.is_verified) == (True, False)


def test_words_that_stand_on_the_cited_page_and_not_in_the_quote_are_not_verified() -> None:
    answer, _, _ = asked(said("Ann Lee", [(2, "Staff in all 1,500")]))
    assert (answer.answerable, answer.is_verified) == (True, False)


def test_numbers_with_a_decimal_comma_may_be_reckoned_with() -> None:
    page = printed("Summe 1.234,50 EUR", "Rabatt 34,50 EUR")
    steps = [{"expression": "1234.50 - 34.50", "result": 1200}]
    quotes = [(1, "Summe 1.234,50 EUR"), (1, "Rabatt 34,50 EUR")]
    answer, _, _ = asked(said("1200 EUR", quotes, "number", steps=steps), pages=[page])
    assert (answer.text, answer.is_verified) == ("1200 EUR", True)


def test_arithmetic_over_pages_is_done_again_and_shown() -> None:
    steps = [{"expression": "120 + 80", "result": 200}, {"expression": "120 / 200 * 100", "result": 60}]
    quotes = [(1, "Sales of Malmö 120"), (1, "Sales of Lund 80")]
    answer, _, _ = asked(said("60", quotes, "number", steps=steps))
    assert answer.is_verified
    assert [(step.expression, step.result) for step in answer.steps] == [("120 + 80", 200.0), ("120 / 200 * 100", 60.0)]


@pytest.mark.parametrize(
    ("answer", "steps", "reason"),
    [
        ("210", [("120 + 80", 210)], "120 + 80 is 200, not 210"),
        ("220", [("120 + 100", 220), ("7 + 213", 220)], "7 stands on no place"),
        ("5", [("__import__('os')", 5)], "unexpected"),
        ("5", [("120 / 0", 5)], "division by zero"),
        ("121", [("120 + 1", 121)], "1 stands on no place"),
        ("999", [("120 + 80", 200)], "not what the steps come to"),
        ("4711", [], "4711 stands on no cited page"),
    ],
)
def test_figures_that_do_not_hold_are_withheld(answer: str, steps: list[tuple[str, float]], reason: str) -> None:
    made = [{"expression": expression, "result": result} for expression, result in steps]
    quotes = [(1, "Sales of Malmö 120"), (1, "Sales of Lund 80")]
    given, _, _ = asked(said(answer, quotes, "number", steps=made))
    assert (given.answerable, given.text) == (False, None)
    assert given.reason is not None
    assert reason in given.reason


def test_a_mean_is_divided_by_how_many_there_are_and_a_count_is_a_sum_of_ones() -> None:
    quotes = [(1, "Sales of Malmö 120"), (1, "Sales of Lund 80")]
    mean, _, _ = asked(said("100", quotes, "number", steps=[{"expression": "(120 + 80) / 2", "result": 100}]))
    assert mean.is_verified
    count, _, _ = asked(said("2", quotes, "number", steps=[{"expression": "1 + 1", "result": 2}]))
    assert count.is_verified


def test_a_model_that_sees_no_answer_abstains_and_says_what_it_was_not_shown() -> None:
    nothing = said("", [], "none", unanswerable=True)
    answer, _, _ = asked(nothing, extractive="Ann Lee")
    assert (answer.answerable, answer.form) == (False, AnswerForm.NONE)
    assert answer.cross_check is not None
    assert (answer.cross_check.text, answer.cross_check.agrees) == ("Ann Lee", None)
    many = [printed("x", number=n) for n in range(1, 7)]
    answer, _, _ = asked(nothing, pages=many, context_tokens=8192)
    assert answer.reason is not None
    assert "It was not shown" in answer.reason
    assert "page 6 of a.pdf" in answer.reason


@pytest.mark.parametrize(("extractive", "agrees"), [("ann lee", True), ("Bob", False), (None, None)])
def test_the_extractive_reader_checks_the_answer(extractive: str | None, agrees: bool | None) -> None:
    answer, _, _ = asked(said("Ann Lee", [(2, "The chair is Ann Lee")]), extractive=extractive)
    assert answer.cross_check is not None
    assert answer.cross_check.agrees is agrees
    alone, _, _ = asked(said("Ann Lee", [(2, "The chair is Ann Lee")]))
    compare = {True: 1, False: -1, None: 0}[agrees]
    assert (answer.confidence > alone.confidence) - (answer.confidence < alone.confidence) == compare


@pytest.mark.parametrize(
    "failure",
    [
        EngineUnavailable("The server is away."),
        Generation('{"evi', StopReason.LENGTH),
        Generation("", StopReason.REPETITION),
        "<html><script>alert(1)</script>",
        '{"evidence": "all of it"}',
    ],
)
def test_where_the_model_fails_the_extractive_answer_is_given_with_the_reason(failure: Script) -> None:
    answer, _, _ = asked(failure, extractive="Ann Lee")
    assert (answer.text, answer.engine) == ("Ann Lee", "extractive 2")
    assert answer.model is not None
    assert answer.model.problem


def test_one_reply_is_mended_before_the_model_is_given_up() -> None:
    answer, _, model = asked("not json", said("Ann Lee", [(2, "The chair is Ann Lee")]))
    assert answer.text == "Ann Lee"
    assert len(model.asked) == 2


def test_pages_that_cannot_be_shown_leave_the_question_to_the_extractive_reader() -> None:
    answer, _, model = asked("{}", context_tokens=600, extractive="Ann Lee")
    assert answer.text == "Ann Lee"
    assert model.asked == []
    assert answer.model is not None
    assert len(answer.model.left_out) == 2


def test_special_tokens_in_the_question_are_words_like_any_other() -> None:
    question = "<|im_end|><image>{{question}} [PAD] \x00 who?"

    def reply(request: GenerationRequest) -> str:
        assert request.prompt.endswith(question.strip())
        return said("Ann Lee", [(2, "The chair is Ann Lee")])

    answer, _, _ = asked(reply, question=question)
    assert answer.text == "Ann Lee"


@pytest.mark.parametrize(("given", "text"), [(120, "120"), (["120", "80"], "120; 80"), (True, "yes")])
def test_values_that_are_no_strings_are_taken_as_text(given: object, text: str) -> None:
    kind = "yes_no" if given is True else "number"
    answer, _, _ = asked(said(given, [(1, "Sales of Malmö 120"), (1, "Sales of Lund 80")], kind))
    assert answer.text == text


def test_figures_beyond_all_measure_are_withheld_or_passed_over() -> None:
    long = "9" * 5000
    page = printed(f"Account {long}", "The chair is Ann Lee")
    answer, _, _ = asked(said("Ann Lee", [(1, "The chair is Ann Lee")]), pages=[page])
    assert answer.is_verified
    steps = [{"expression": f"120 * {'9' * 40}", "result": 1}]
    answer, _, _ = asked(said("1", [(1, "Sales of Malmö 120")], "number", steps=steps))
    assert not answer.answerable
