from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from docai.cli.demo import ASKED, UNANSWERABLE, Asked, _says, _slug
from docai.domain.answers import Answer, Citation, Question
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.words import Witness
from docai.pdf.draw import DrawnFact, show_set

TRUE_BOX = Box(x0=0.5, y0=0.5, x1=0.6, y1=0.52)
FACT = DrawnFact("When?", "9 June 2026", 1, TRUE_BOX)


def asked(text: str | None, box: Box = TRUE_BOX, page_number: int = 1, fact: DrawnFact | None = FACT) -> Asked:
    evidence = Evidence(reader="r", witness=Witness.OCR, verdict=Verdict.OCR_AGREE, page_number=page_number, box=box)
    citation = Citation(
        document_id=DocumentId(UUID(int=1)),
        document_name="a.pdf",
        page_number=page_number,
        box=box,
        quote="q",
        evidence=evidence,
    )
    answer = Answer(
        id=AnswerId(UUID(int=2)),
        question=Question(text="When?"),
        answerable=text is not None,
        text=text,
        citations=(citation,) if text else (),
        engine="e",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Asked(answer, fact, None)


@pytest.mark.parametrize("answer", ["9 June 2026", "Tuesday, 9 June 2026.", "on 9 June 2026"])
def test_words_around_the_answer_do_no_harm(answer: str) -> None:
    assert asked(answer).is_right


@pytest.mark.parametrize(
    "answer", ["9 June 2025", "June 2026", "19 June 2026", "", None, "it is said to be 9 June 2026"]
)
def test_another_answer_is_wrong(answer: str | None) -> None:
    assert not asked(answer).is_right


@pytest.mark.parametrize(
    ("box", "page_number", "is_in_place"),
    [
        (TRUE_BOX, 1, True),
        (Box(x0=0.48, y0=0.495, x1=0.62, y1=0.525), 1, True),
        (TRUE_BOX, 2, False),
        (Box(x0=0.5, y0=0.53, x1=0.6, y1=0.55), 1, False),
        (Box(x0=0, y0=0, x1=1, y1=1), 1, False),
    ],
)
def test_a_box_is_right_around_the_value_and_not_around_the_page(box: Box, page_number: int, is_in_place: bool) -> None:
    assert asked("9 June 2026", box, page_number).is_in_place is is_in_place


def test_no_answer_is_right_only_where_there_is_none() -> None:
    assert asked(None, fact=None).is_right
    assert asked(None, fact=None).is_in_place
    assert not asked("A thousand pounds", fact=None).is_right
    assert not asked(None).is_right


def test_the_questions_are_of_drawn_facts_on_every_document() -> None:
    documents = show_set()
    by_question = {fact.question: document.name for document in documents for fact in document.facts}
    assert {by_question[question] for question in ASKED} == {document.name for document in documents}
    assert UNANSWERABLE not in by_question
    drawn = {word.text.strip(".,").casefold() for document in documents for word in document.words}
    assert not drawn & {"penalty", "cancelling", "insurance", "policy"}


def test_an_answer_must_hold_the_truth_as_whole_words() -> None:
    assert not _says("43,000 percent", "43 percent")
    assert _says("(43 percent)", "43 percent")


def test_a_picture_is_named_after_its_question() -> None:
    assert _slug("What is the applicant's date of birth?") == "applicant-date-of-birth"
