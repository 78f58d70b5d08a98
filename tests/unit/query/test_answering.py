"""Questions to kept answers, over real records: with a model, without one, and about pages that are not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text as sql

from docai.domain.access import Tenant
from docai.domain.answers import Answer, Hit, PagesFound, Question, TextPiece
from docai.domain.ids import DocumentId, TenantId
from docai.query.answering import Answering, AnswerPolicy
from docai.query.ask_model import ModelAsker
from docai.query.ask_span_reader import SpanAsker
from docai.query.models import AskingPolicy, Models
from docai.query.unverified import Unverified
from docai.rendering.pictures import PillowCropper
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import add_document
from tests.unit.query.scripted import ScriptedModel, ScriptedReader, camera, printed

REPLY = json.dumps(
    {
        "evidence": [{"image": 1, "quote": "The chair is Ann Lee"}],
        "steps": [],
        "type": "span",
        "answer": "Ann Lee",
        "unanswerable": False,
    }
)


@pytest.fixture
def document_id(records: PostgresRecords, tenant: Tenant) -> DocumentId:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save(document.model_copy(update={"n_pages": 1}))
        unit.documents.save_page(printed("The chair is Ann Lee", document_id=document.id))
    return document.id


@pytest.fixture
def ask(
    records: PostgresRecords, tenant: Tenant, document_id: DocumentId, tmp_path: Path
) -> Callable[..., Iterator[PagesFound | TextPiece | Answer]]:
    def search(tenant_id: TenantId, question: Question) -> list[Hit]:
        return [Hit(document_id=document_id, document_name="a.pdf", page_number=1, score=1.0)]

    blobs = FilesystemBlobs(tmp_path)
    blobs.put(b"png")

    def asked(
        text: str,
        model: ScriptedModel | None,
        *,
        scope: tuple[DocumentId, ...] = (),
        cancel: Event | None = None,
        reader: ScriptedReader | None = None,
        unverified: Unverified = Unverified.MARK,
    ) -> Iterator[PagesFound | TextPiece | Answer]:
        asker = None if model is None else ModelAsker(camera(model))
        spans = None if reader is None else SpanAsker(reader, blobs)
        answering = Answering(records, search, lambda _: asker, AnswerPolicy(0.5, unverified), spans=spans)
        return answering.news(tenant.id, Question(text=text, document_ids=scope), at_most=5, cancel=cancel)

    return asked


def kept(records: PostgresRecords) -> list[dict[str, object]]:
    with records._engine.connect() as connection:
        rows = connection.execute(sql("SELECT answer::text FROM answer ORDER BY created_at")).scalars()
        return [json.loads(row) for row in rows]


def test_without_a_model_the_pages_are_told_and_then_the_extractive_answer(
    ask: Callable[..., Iterator[object]], records: PostgresRecords
) -> None:
    pages, answer = ask("Who is the chair?", None)
    assert isinstance(pages, PagesFound)
    assert isinstance(answer, Answer)
    assert (answer.text, answer.model, answer.is_verified) == ("Ann Lee", None, True)
    assert [row["text"] for row in kept(records)] == ["Ann Lee"]


def test_with_a_model_its_text_is_told_and_its_answer_kept(
    ask: Callable[..., Iterator[object]], records: PostgresRecords
) -> None:
    first, *pieces, answer = ask("Who is the chair?", ScriptedModel([REPLY]))
    assert isinstance(first, PagesFound)
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextPiece)) == "Ann Lee"
    assert isinstance(answer, Answer)
    assert (answer.engine, answer.cross_check and answer.cross_check.agrees) == ("scripted 1", True)
    assert [row["engine"] for row in kept(records)] == ["scripted 1"]


def test_a_span_reader_answers_where_the_extractive_one_does_not(
    ask: Callable[..., Iterator[object]], records: PostgresRecords
) -> None:
    _, answer = ask("Qui préside ?", None, reader=ScriptedReader([((3, 4), 0.9)]))
    assert isinstance(answer, Answer)
    assert (answer.text, answer.engine, answer.citations[0].page_number) == ("Ann Lee", "spans 1", 1)
    assert [row["engine"] for row in kept(records)] == ["spans 1"]


def test_a_model_stands_before_a_span_reader_and_is_checked_against_it(ask: Callable[..., Iterator[object]]) -> None:
    reader = ScriptedReader([((3, 4), 0.9), ((3, 4), 0.9)])
    *_, answer = ask("Qui préside ?", ScriptedModel([REPLY]), reader=reader)
    assert isinstance(answer, Answer)
    assert answer.engine == "scripted 1"
    assert answer.cross_check is not None
    assert (answer.cross_check.engine, answer.cross_check.agrees) == ("spans 1", True)
    *_, fallen_back = ask("Qui préside ?", ScriptedModel(["no JSON"]), reader=reader)
    assert isinstance(fallen_back, Answer)
    assert (fallen_back.text, fallen_back.engine) == ("Ann Lee", "spans 1")


UNHELD = json.dumps({**json.loads(REPLY), "answer": "Bob Ray"})


def test_an_answer_that_its_quotes_do_not_hold_is_marked_or_withdrawn_as_is_set(
    ask: Callable[..., Iterator[object]], records: PostgresRecords
) -> None:
    *_, marked = ask("Who is the chair?", ScriptedModel([UNHELD]))
    assert isinstance(marked, Answer)
    assert (marked.text, marked.is_verified) == ("Bob Ray", False)
    *_, withdrawn = ask("Who is the chair?", ScriptedModel([UNHELD]), unverified=Unverified.WITHDRAW)
    assert isinstance(withdrawn, Answer)
    assert (withdrawn.answerable, withdrawn.text, withdrawn.citations) == (False, None, ())
    assert withdrawn.reason == "An answer was withdrawn: Its cited places do not say the word that it gives."
    assert [(row["answerable"], row["is_verified"]) for row in kept(records)] == [(True, False), (False, True)]


def test_an_answer_that_its_quotes_hold_is_given_whatever_is_set(ask: Callable[..., Iterator[object]]) -> None:
    for model in (None, ScriptedModel([REPLY])):
        *_, answer = ask("Who is the chair?", model, unverified=Unverified.WITHDRAW)
        assert isinstance(answer, Answer)
        assert (answer.text, answer.is_verified) == ("Ann Lee", True)


def test_an_answer_of_a_model_goes_with_every_document_that_it_was_shown(
    ask: Callable[..., Iterator[object]], records: PostgresRecords, tenant: Tenant, document_id: DocumentId
) -> None:
    *_, answer = ask("Who?", ScriptedModel(['{"evidence": [], "type": "none", "answer": "", "unanswerable": true}']))
    assert isinstance(answer, Answer)
    assert not answer.citations
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(document_id)
    assert kept(records) == []


@pytest.mark.parametrize("text", ["What does page 999 say?", "What is on page 0?", "Compare pages 999 and 1."])
def test_a_page_that_its_document_does_not_have_is_told(
    ask: Callable[..., Iterator[object]], document_id: DocumentId, text: str
) -> None:
    model, reader = ScriptedModel([REPLY]), ScriptedReader([((3, 4), 0.9)])
    *_, answer = ask(text, model, scope=(document_id,), reader=reader)
    assert isinstance(answer, Answer)
    assert not answer.answerable
    number = 0 if "0?" in text else 999
    assert answer.reason == f"The document has no page {number}; it has one page."
    assert (model.asked, reader.asked) == ([], [])


def test_a_page_that_is_there_and_a_page_of_many_documents_are_asked_for(
    ask: Callable[..., Iterator[object]], document_id: DocumentId
) -> None:
    model = ScriptedModel([REPLY])
    list(ask("Who is the chair on page 1?", model, scope=(document_id,)))
    list(ask("Who is the chair on page 999?", model))
    assert len(model.asked) == 2


def test_a_caller_who_is_gone_cancels_the_model(ask: Callable[..., Iterator[object]]) -> None:
    gone = Event()
    gone.set()
    *_, answer = ask("Who is the chair?", ScriptedModel([REPLY]), cancel=gone)
    assert isinstance(answer, Answer)
    assert answer.model is not None
    assert answer.model.problem == "The model ended by `cancelled`."


def test_a_model_at_a_provider_is_asked_only_for_tenants_that_allow_it(
    records: PostgresRecords, tenant: Tenant, tmp_path: object
) -> None:
    blobs = FilesystemBlobs(tmp_path)  # type: ignore[arg-type]
    cloud = Models(ScriptedModel([REPLY], is_cloud=True), records, blobs, PillowCropper(), AskingPolicy())
    assert (cloud.asker(tenant.id), cloud.extractor(tenant.id)) == (None, None)
    records.set_allows_cloud(tenant.id, True)
    assert cloud.asker(tenant.id) is not None
    assert cloud.extractor(tenant.id) is not None


def test_a_model_may_be_kept_from_answering_and_a_system_may_have_none(
    records: PostgresRecords, tenant: Tenant, tmp_path: object
) -> None:
    blobs = FilesystemBlobs(tmp_path)  # type: ignore[arg-type]
    silent = Models(ScriptedModel([REPLY]), records, blobs, PillowCropper(), AskingPolicy(answers=False))
    assert silent.asker(tenant.id) is None
    assert silent.extractor(tenant.id) is not None
    none = Models(None, records, blobs, PillowCropper(), AskingPolicy())
    assert (none.asker(tenant.id), none.extractor(tenant.id)) == (None, None)
