"""A span reader beside the extractive one: who is believed, where the answer stands, and pages it cannot read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from docai.domain.answers import Answer, AnswerForm, AnswerKind, Citation, Hit, Question
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId, DocumentId
from docai.domain.parses import PageParse
from docai.domain.words import Witness
from docai.errors import EngineUnavailable, InvalidQuestion, PageUnreadable
from docai.query.ask_span_reader import SpanAsker
from docai.stores.blobs.filesystem import FilesystemBlobs
from tests.unit.query.scripted import Said, ScriptedReader, printed

ONE, TWO = DocumentId(UUID(int=1)), DocumentId(UUID(int=2))


def page_of(*lines: str, document_id: DocumentId = ONE, number: int = 1, **more: object) -> Page:
    return printed(*lines, document_id=document_id, number=number, **more)  # type: ignore[arg-type]


CHAIR = page_of("The chair is Ann Lee", "The board met on 3 May 2021")


def extractive(page: Page | None, ids: tuple[int, ...] = (), confidence: float = 0.6) -> Answer:
    """What the extractive reader says; nothing without a page."""
    fields = {"id": AnswerId(UUID(int=3)), "question": Question(text="who?"), "confidence": confidence}
    fields |= {"engine": "extractive 2", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    if page is None:
        return Answer(answerable=False, text=None, reason="No page says this.", **fields)
    assert page.words is not None
    words = page.words.words
    box = Box.around(words[i].box for i in ids)
    assert box is not None
    evidence = Evidence(
        reader="t", witness=Witness.TEXT_LAYER, verdict=Verdict.EXACT, page_number=page.number, box=box, word_ids=ids
    )
    text = " ".join(words[i].text for i in ids)
    cited = Citation(
        document_id=page.document_id,
        document_name="a.pdf",
        page_number=page.number,
        box=box,
        quote=text,
        evidence=evidence,
    )
    return Answer(answerable=True, text=text, citations=(cited,), **fields)


@pytest.fixture
def blobs(tmp_path: Path) -> FilesystemBlobs:
    blobs = FilesystemBlobs(tmp_path)
    blobs.put(b"png")
    return blobs


def joined(
    blobs: FilesystemBlobs, floor: Answer, script: list[Said], *pages: Page, cancel: Event | None = None
) -> tuple[Answer, ScriptedReader]:
    reader = ScriptedReader(script)
    hits = [
        (Hit(document_id=page.document_id, document_name="a.pdf", page_number=page.number, score=1.0), page)
        for page in pages or (CHAIR,)
    ]
    return SpanAsker(reader, blobs).joined(floor, hits, min_confidence=0.5, cancel=cancel), reader


def test_where_the_extractive_reader_abstains_the_span_is_the_answer_with_its_place(blobs: FilesystemBlobs) -> None:
    answer, reader = joined(blobs, extractive(None, confidence=0.2), [((3, 4), 0.9)])
    assert (answer.text, answer.answerable, answer.reason, answer.engine) == ("Ann Lee", True, None, "spans 1")
    assert (answer.kind, answer.form, answer.confidence) == (AnswerKind.SPAN, AnswerForm.SPAN, pytest.approx(0.9))
    assert answer.id == AnswerId(UUID(int=3))
    (citation,) = answer.citations
    assert (citation.quote, citation.evidence.word_ids) == ("The chair is Ann Lee", (3, 4))
    assert (citation.evidence.verdict, citation.evidence.reader) == (Verdict.EXACT, "test 1")
    assert CHAIR.words is not None
    assert citation.box == Box.around(CHAIR.words.words[i].box for i in (3, 4))
    assert citation.evidence.box == citation.box
    assert answer.cross_check is not None
    assert (answer.cross_check.engine, answer.cross_check.text, answer.cross_check.agrees) == (
        "extractive 2",
        None,
        None,
    )
    assert reader.asked == [(b"png", "who?")]


@pytest.mark.parametrize("said", [None, ((3, 4), 0.49)])
def test_a_reader_that_abstains_or_is_unsure_changes_nothing(blobs: FilesystemBlobs, said: Said) -> None:
    for floor in (extractive(None), extractive(CHAIR, (3, 4))):
        answer, _ = joined(blobs, floor, [said])
        assert answer.cross_check is not None
        assert (answer.cross_check.engine, answer.cross_check.text, answer.cross_check.agrees) == (
            "spans 1",
            None,
            None,
        )
        assert answer.cross_check.confidence == pytest.approx(0.49 if said else 0.0)
        assert answer.model_copy(update={"cross_check": None}) == floor


@pytest.mark.parametrize("ids", [(3, 4), (4,), (2, 3, 4)])
def test_where_both_point_at_the_same_words_the_extractive_answer_is_surer(
    blobs: FilesystemBlobs, ids: tuple[int, ...]
) -> None:
    answer, _ = joined(blobs, extractive(CHAIR, (3, 4)), [(ids, 0.99)])
    assert (answer.text, answer.engine, answer.confidence) == ("Ann Lee", "extractive 2", pytest.approx(0.8))
    assert answer.cross_check is not None
    assert (answer.cross_check.engine, answer.cross_check.agrees) == ("spans 1", True)


def test_the_same_text_on_another_page_agrees(blobs: FilesystemBlobs) -> None:
    other = page_of("ANN LEE", number=2)
    answer, _ = joined(blobs, extractive(CHAIR, (3, 4)), [None, ((0, 1), 0.9)], CHAIR, other)
    assert answer.confidence == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("confidence", "engine", "text", "other"),
    [(0.9, "spans 1", "3 May 2021", "Ann Lee"), (0.55, "extractive 2", "Ann Lee", "3 May 2021")],
)
def test_where_they_differ_the_surer_one_stands_and_the_other_is_named(
    blobs: FilesystemBlobs, confidence: float, engine: str, text: str, other: str
) -> None:
    answer, _ = joined(blobs, extractive(CHAIR, (3, 4)), [((9, 10, 11), confidence)])
    assert (answer.engine, answer.text, answer.confidence) == (engine, text, pytest.approx(max(confidence, 0.6)))
    assert answer.cross_check is not None
    assert (answer.cross_check.text, answer.cross_check.agrees) == (other, False)


def test_an_answer_keeps_no_words_of_a_document_that_it_does_not_cite(blobs: FilesystemBlobs) -> None:
    """It would keep them when that document is deleted."""
    other = page_of("The chair is Bo Ek", document_id=TWO)
    answer, _ = joined(blobs, extractive(CHAIR, (3, 4)), [((3, 4), 0.9)], other)
    assert (answer.text, [citation.document_id for citation in answer.citations]) == ("Bo Ek", [TWO])
    assert answer.cross_check is not None
    assert (answer.cross_check.text, answer.cross_check.agrees) == (None, False)


def test_the_surest_page_answers_and_better_ranks_count(blobs: FilesystemBlobs) -> None:
    pages = [page_of("one", number=1), page_of("two", number=2), page_of("three", number=3)]
    answer, reader = joined(blobs, extractive(None), [((0,), 0.7), ((0,), 0.9), ((0,), 0.9)], *pages)
    assert (answer.text, answer.citations[0].page_number) == ("two", 2)
    assert answer.confidence == pytest.approx(0.9 * 0.97)
    assert len(reader.asked) == 3


def test_words_that_were_read_badly_make_the_answer_less_sure(blobs: FilesystemBlobs) -> None:
    page = page_of("total 42", witness=Witness.OCR)
    assert page.words is not None
    assert page.parse is not None
    read = [word.model_copy(update={"confidence": 0.64}) for word in page.words.words]
    page = page.model_copy(update={"words": page.words.model_copy(update={"words": tuple(read)})})
    answer, _ = joined(blobs, extractive(None), [((1,), 0.9)], page)
    assert answer.confidence == pytest.approx(0.9 * 0.8)
    assert answer.citations[0].evidence.verdict is Verdict.OCR_AGREE
    assert answer.citations[0].evidence.confidence == pytest.approx(0.64)
    (block,) = page.parse.blocks
    for sure, expected in ((0.7, Verdict.ILLEGIBLE), (0.6, Verdict.OCR_AGREE)):
        whole = Evidence(
            reader="t", witness=Witness.OCR, verdict=Verdict.ILLEGIBLE, page_number=1, box=None, confidence=sure
        )
        parse = PageParse(page_number=1, engine="t", blocks=(block.model_copy(update={"evidence": whole}),))
        answer, _ = joined(blobs, extractive(None), [((1,), 0.9)], page.model_copy(update={"parse": parse}))
        assert answer.citations[0].evidence.verdict is expected, "unsure of other words of the block"


def test_pages_that_it_cannot_read_are_told_and_the_others_are_read(blobs: FilesystemBlobs) -> None:
    pages = [CHAIR, page_of("The chair is Ann Lee", number=2)]
    damaged: list[Said] = [PageUnreadable("the page's image is damaged"), ((3, 4), 0.9)]
    answer, _ = joined(blobs, extractive(None), damaged, *pages)
    assert answer.citations[0].page_number == 2
    abstained, _ = joined(blobs, extractive(None), [EngineUnavailable("it does not fit"), None], *pages)
    assert abstained.reason == "No page says this. spans 1 could not read 1 of 2 pages: it does not fit"
    refused, _ = joined(blobs, extractive(None), [InvalidQuestion("it is too long")] * 2, *pages)
    assert refused.reason == "No page says this. spans 1 could not read 2 of 2 pages: it is too long"
    assert refused.cross_check is None


def test_a_page_whose_image_is_lost_is_one_that_it_cannot_read(tmp_path: Path) -> None:
    floor = extractive(CHAIR, (3, 4))
    answer, reader = joined(FilesystemBlobs(tmp_path), floor, [((3, 4), 0.9)])
    assert answer == floor
    assert reader.asked == []


def test_pages_without_words_or_an_image_are_not_asked_about(blobs: FilesystemBlobs) -> None:
    blank, undrawn = page_of(), CHAIR.model_copy(update={"image": None})
    floor = extractive(None)
    answer, reader = joined(blobs, floor, [], blank, undrawn)
    assert answer == floor
    assert reader.asked == []


def test_nothing_is_asked_for_a_caller_who_is_gone(blobs: FilesystemBlobs) -> None:
    gone = Event()
    gone.set()
    floor = extractive(None)
    answer, reader = joined(blobs, floor, [((3, 4), 0.9)], cancel=gone)
    assert answer == floor
    assert reader.asked == []
