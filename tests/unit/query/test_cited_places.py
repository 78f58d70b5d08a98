"""Citations held against the pages that they name, and what becomes of answers that these do not hold."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from docai.domain.answers import Answer, AnswerForm, Citation, CrossCheck, Question
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId
from docai.domain.words import Witness
from docai.query.cited_places import held_by_pages
from docai.query.unverified import DOUBTED, Unverified, settled
from tests.unit.query.scripted import DOCUMENT, printed

PAGES = [
    printed("Sales of Lund 80", "Sales of Ystad 95", "The chair is Ann Lee", number=1),
    printed("Staff in all 1,500", "The chair was Bob Ray", number=2),
]


def cite(page: Page, line: int, *, answer: str | None = None) -> Citation:
    """A line of a page; the box is around the words of the answer, else around the line."""
    assert page.words is not None
    ids = tuple(i for i, word in enumerate(page.words.words) if word.line == line)
    named = ids if answer is None else tuple(i for i in ids if page.words.words[i].text in answer.split())
    box = Box.around(page.words.words[i].box for i in named)
    assert box is not None
    return Citation(
        document_id=DOCUMENT,
        document_name="a.pdf",
        page_number=page.number,
        box=box,
        quote=" ".join(page.words.words[i].text for i in ids),
        evidence=Evidence(
            reader="test 1",
            witness=Witness.TEXT_LAYER,
            verdict=Verdict.EXACT,
            page_number=page.number,
            box=box,
            word_ids=named,
        ),
    )


def given(text: str, *citations: Citation, form: AnswerForm | None = None) -> Answer:
    return Answer(
        id=AnswerId(UUID(int=3)),
        question=Question(text="what?"),
        answerable=True,
        text=text,
        confidence=0.8,
        citations=citations,
        engine="extractive 2",
        form=form,
        cross_check=CrossCheck(engine="other", text="Lund", agrees=False, confidence=0.5),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def reason(answer: Answer) -> str | None:
    return held_by_pages(answer, PAGES).reason


def test_an_answer_whose_words_stand_in_its_box_is_held() -> None:
    assert reason(given("80", cite(PAGES[0], 0, answer="80"))) is None
    assert reason(given("Ann Lee", cite(PAGES[0], 2), form=AnswerForm.SPAN)) is None


def test_what_stands_in_the_quote_but_not_in_the_box_is_not_held() -> None:
    assert (
        reason(given("80", cite(PAGES[0], 0, answer="Lund"))) == "Its cited places do not say the figure that it gives."
    )


def test_what_stands_elsewhere_on_the_page_is_not_held() -> None:
    assert reason(given("80", cite(PAGES[0], 1))) == "Its cited places do not say the figure that it gives."


@pytest.mark.parametrize("change", ["page", "box", "quote", "words", "evidence", "no words"])
def test_a_citation_that_does_not_stand_where_it_says_holds_nothing(change: str) -> None:
    citation, other = cite(PAGES[0], 0), cite(PAGES[0], 2)
    evidence = citation.evidence
    changes: dict[str, dict[str, object]] = {
        "page": {"page_number": 2, "evidence": evidence.model_copy(update={"page_number": 2})},
        "box": {"box": other.box},
        "quote": {"quote": other.quote},
        "words": {"evidence": evidence.model_copy(update={"word_ids": (900,)})},
        "evidence": {"evidence": evidence.model_copy(update={"page_number": 2})},
        "no words": {
            "box": Box(x0=0.8, y0=0.8, x1=0.9, y1=0.9),
            "evidence": evidence.model_copy(update={"word_ids": ()}),
        },
    }
    moved = citation.model_copy(update=changes[change])
    assert reason(given("80", moved)) == "What it cites does not stand where it says."


def test_a_citation_without_word_ids_is_read_by_its_box() -> None:
    citation = cite(PAGES[0], 0)
    by_box = citation.model_copy(update={"evidence": citation.evidence.model_copy(update={"word_ids": ()})})
    assert reason(given("80", by_box)) is None
    assert reason(given("95", by_box)) is not None


def test_a_page_that_was_not_looked_at_holds_nothing() -> None:
    assert not held_by_pages(given("80", cite(PAGES[0], 0)), PAGES[1:]).is_held


def test_an_answer_that_is_held_stays_as_it_is() -> None:
    answer = given("80", cite(PAGES[0], 0))
    assert settled(answer, PAGES, Unverified.WITHDRAW) is answer


def test_one_that_is_not_is_marked_and_less_sure() -> None:
    marked = settled(given("95", cite(PAGES[0], 0)), PAGES, Unverified.MARK)
    assert (marked.answerable, marked.text, marked.is_verified) == (True, "95", False)
    assert marked.confidence == 0.8 * DOUBTED
    assert settled(marked, PAGES, Unverified.MARK).confidence == marked.confidence


def test_or_withdrawn_without_a_word_of_the_documents() -> None:
    withdrawn = settled(given("95", cite(PAGES[0], 0)), PAGES, Unverified.WITHDRAW)
    assert (withdrawn.answerable, withdrawn.text, withdrawn.citations, withdrawn.confidence) == (False, None, (), 0.0)
    assert withdrawn.reason == "An answer was withdrawn: Its cited places do not say the figure that it gives."
    assert withdrawn.cross_check == CrossCheck(engine="other", text=None, agrees=None, confidence=0.5)


def test_an_abstention_stays_one() -> None:
    nothing = given("80").model_copy(update={"answerable": False, "text": None, "reason": "No page says this."})
    assert settled(nothing, PAGES, Unverified.WITHDRAW) is nothing
