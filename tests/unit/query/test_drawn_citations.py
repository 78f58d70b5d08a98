"""Right and wrong citations of pages that the project draws, where every value and its place are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest

from docai.domain.answers import Answer, AnswerForm, Citation, Question
from docai.domain.documents import Page, PageState
from docai.domain.ids import AnswerId, DocumentId
from docai.pdf.draw_invoice import invoice
from docai.pdf.draw_needles import words_on
from docai.pdf.draw_report import report
from docai.pdf.draw_sheet import DrawnFact
from docai.query.cited_places import held_by_pages
from docai.query.quotes import locate

Asked = tuple[DrawnFact, Page, Page]
"""A fact with its page and a page of the other document."""


@pytest.fixture(scope="module")
def facts() -> list[Asked]:
    return list(_facts())


def _facts() -> Iterator[Asked]:
    found: list[tuple[DrawnFact, Page]] = []
    for number, drawn in enumerate((invoice(), report()), start=1):
        figures = [
            DrawnFact("", word.text.strip(".,:;()"), word.page_number, word.box)
            for word in drawn.words
            if sum(map(str.isdigit, word.text)) >= 3
        ]
        for fact in (*drawn.facts, *figures):
            words = words_on(drawn, fact.page_number)
            document_id = DocumentId(UUID(int=number))
            page = Page(document_id=document_id, number=fact.page_number, state=PageState.PARSED, words=words)
            found.append((fact, page))
    for fact, page in found:
        yield fact, page, next(other for _, other in found if other.document_id != page.document_id)


def lines(page: Page) -> dict[int, str]:
    assert page.words is not None
    found: dict[int, list[str]] = {}
    for word in page.words.words:
        found.setdefault(word.line, []).append(word.text)
    return {line: " ".join(words) for line, words in found.items()}


def right_quote(fact: DrawnFact, page: Page) -> str:
    """The drawn lines in which the answer stands."""
    assert page.words is not None
    own = {word.line for word in page.words.words if fact.box.holds(word.box.centre)}
    return " ".join(text for line, text in lines(page).items() if line in own)


def cite(quote: str, page: Page) -> Citation:
    found = locate(quote, page.words, page.number, reader="model 1")
    assert found is not None
    assert found.evidence.box is not None
    return Citation(
        document_id=page.document_id,
        document_name="a.pdf",
        page_number=page.number,
        box=found.evidence.box,
        quote=found.text,
        evidence=found.evidence,
    )


def is_held(text: str, citation: Citation, *pages: Page) -> bool:
    answer = Answer(
        id=AnswerId(UUID(int=2)),
        question=Question(text="what?"),
        answerable=True,
        text=text,
        citations=(citation,),
        engine="model 1",
        form=AnswerForm.SPAN,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return held_by_pages(answer, pages).is_held


def test_right_answers_with_right_citations_are_held(facts: list[Asked]) -> None:
    assert len(facts) > 40
    assert all(is_held(fact.answer, cite(right_quote(fact, page), page), page) for fact, page, _ in facts)


def test_another_line_or_another_page_holds_none_of_them(facts: list[Asked]) -> None:
    chance = Random(1)
    for fact, page, other in facts:
        for cited in (page, other):
            wrong = [text for text in lines(cited).values() if fact.answer not in text and any(map(str.isalnum, text))]
            assert not is_held(fact.answer, cite(chance.choice(wrong), cited), page, other)


def test_the_right_quote_of_another_page_holds_none_of_them(facts: list[Asked]) -> None:
    for fact, page, other in facts:
        right = cite(right_quote(fact, page), page)
        if right.quote.split() == cite_or_none(right.quote, other):
            continue
        moved = right.model_copy(
            update={
                "page_number": other.number,
                "document_id": other.document_id,
                "evidence": right.evidence.model_copy(update={"page_number": other.number}),
            }
        )
        assert not is_held(fact.answer, moved, page, other)


def cite_or_none(quote: str, page: Page) -> list[str] | None:
    found = locate(quote, page.words, page.number, reader="model 1")
    return None if found is None else found.text.split()


def test_a_wrong_character_in_the_answer_is_not_held_by_the_right_citation(facts: list[Asked]) -> None:
    chance = Random(2)
    for fact, page, _ in facts:
        digits = [i for i, character in enumerate(fact.answer) if character.isdigit()]
        if not digits:
            continue
        at = chance.choice(digits)
        other = chance.choice([d for d in "123456789" if d != fact.answer[at]])
        wrong = fact.answer[:at] + other + fact.answer[at + 1 :]
        quote = right_quote(fact, page)
        if wrong not in quote:
            assert not is_held(wrong, cite(quote, page), page)
