"""Pages with one witness or two, through the workers; read again, they come out the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from io import BytesIO

import pymupdf
import pytest
import typer
from pydantic import SecretStr
from sqlalchemy import Engine, text

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.cli import replay as replay_command
from docai.cli import reread as reread_command
from docai.cli.session import Session
from docai.domain.documents import DocumentStatus, Page
from docai.domain.evidence import Verdict
from docai.domain.ids import DocumentId
from docai.domain.jobs import JobState
from docai.domain.words import PageWords, TextLayerFlaw, Witness
from docai.settings import DatabaseSettings, EvidenceSettings, Settings, WorkerSettings
from docai.stores.postgres.embedded import EmbeddedPostgres

WIDTH, HEIGHT = 298, 420
"""A6, points: little for OCR to do."""
LINES = (
    "Invoice 40712 of the third of May, sent by post",
    "Four boxes of screws for 128 euros and 40 cents",
    "Nine metres of cable for 61 euros, cut to length",
    "Carriage and packing for 14 euros on two pallets",
    "All of it to be paid by the end of the next month",
    "Whoever takes it in signs here and keeps one copy",
)
HEAD = "Received"
WITH_LAYER, PARTIAL = 1, 2
"""Pages of the document."""


def document() -> bytes:
    """A page of text, and a picture of it with a typed head line."""
    pdf = pymupdf.open()
    printed = pdf.new_page(width=WIDTH, height=HEIGHT)
    for row, line in enumerate(LINES):
        printed.insert_text((30, 80 + 30 * row), line, fontsize=10)
    picture = printed.get_pixmap(dpi=200).tobytes("png")
    scanned = pdf.new_page(width=WIDTH, height=HEIGHT)
    scanned.insert_image(scanned.rect, stream=picture)
    scanned.insert_text((30, 40), HEAD, fontsize=10)
    return bytes(pdf.tobytes())


@pytest.fixture(scope="module")
def opened(engine: Engine, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembled]:
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        database=DatabaseSettings(url=SecretStr(postgres.url)),
        worker=WorkerSettings(processes=1),
        evidence=EvidenceSettings(witnesses="both"),
    )
    with open_local(settings) as local:
        yield local
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE tenant, page_term, worker, page_index, query_request CASCADE"))


@pytest.fixture(scope="module")
def document_id(opened: Assembled) -> DocumentId:
    """Of the document, once workers have read it."""
    submission = opened.system.submit(opened.tenant.id, BytesIO(document()), "letter.pdf")
    job = opened.system.wait(opened.tenant.id, submission.job.id, 120)
    assert (job.state, job.pages_done) == (JobState.SUCCEEDED, 2)
    return submission.document.id


def page_of(opened: Assembled, document_id: DocumentId, number: int) -> Page:
    return opened.system.page(opened.tenant.id, document_id, number)


def said(words: PageWords | None) -> str:
    return "" if words is None else " ".join(word.text for word in words.words)


def test_a_text_layer_that_is_believed_stays_so_and_ocr_is_heard_beside_it(
    opened: Assembled, document_id: DocumentId
) -> None:
    page = page_of(opened, document_id, WITH_LAYER)
    assert page.words is not None
    assert (page.words.witness, said(page.words)) == (Witness.TEXT_LAYER, " ".join(LINES))
    assert page.second_words is not None
    assert page.second_words.witness is Witness.OCR
    assert "40712" in said(page.second_words)
    assert page.parse is not None
    assert {block.evidence.verdict for block in page.parse.blocks if block.evidence} == {Verdict.EXACT}


def test_a_text_layer_that_has_little_of_the_page_is_the_second_witness(
    opened: Assembled, document_id: DocumentId
) -> None:
    page = page_of(opened, document_id, PARTIAL)
    assert page.words is not None
    assert (page.words.witness, page.words.text_layer_flaws) == (Witness.OCR, (TextLayerFlaw.PARTIAL,))
    assert "40712" in said(page.words)
    assert page.second_words is not None
    assert (page.second_words.witness, said(page.second_words)) == (Witness.TEXT_LAYER, HEAD)


def test_every_page_has_its_manifest(opened: Assembled, document_id: DocumentId) -> None:
    for number in (WITH_LAYER, PARTIAL):
        page = page_of(opened, document_id, number)
        assert page.parse is not None
        assert page.image is not None
        manifest = page.parse.manifest
        assert manifest is not None
        assert (manifest.page_number, manifest.image_sha256) == (number, page.image.sha256)
        assert manifest.settings["evidence.witnesses"] == "both"
        assert manifest.second_words_sha256 not in {None, manifest.words_sha256}


def test_read_again_every_page_comes_out_the_same(opened: Assembled, document_id: DocumentId) -> None:
    before = set(opened.system._parts.blobs.older_than(-1))
    found = list(opened.system.replaying.replay(opened.tenant.id, document_id))
    assert [each.saved.number for each in found] == [WITH_LAYER, PARTIAL]
    assert [(each.is_exact, each.manifest, each.changes) for each in found] == [(True, (), ())] * 2
    assert set(opened.system._parts.blobs.older_than(-1)) == before, "nothing is stored"


def test_what_differs_is_told_by_the_commands_and_read_again_by_workers(
    opened: Assembled,
    document_id: DocumentId,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page as another release may have read it; then as this one does."""
    system = opened.system
    session = Session(system, opened.tenant.id, Settings(), opened.make_key)
    for command in (replay_command, reread_command):
        monkeypatch.setattr(command, "open_session", lambda: nullcontext(session))
    right = page_of(opened, document_id, PARTIAL)
    assert right.parse is not None
    misread = right.parse.blocks[-1].model_copy(update={"text": "somewhat else"})
    manifest = right.parse.manifest
    assert manifest is not None
    older = manifest.model_copy(update={"libraries": {**manifest.libraries, "rapidocr": "3.0"}})
    parse = right.parse.model_copy(update={"blocks": (*right.parse.blocks[:-1], misread), "manifest": older})
    with system._parts.records.unit_of_work(opened.tenant.id) as unit:
        unit.documents.save_page(right.model_copy(update={"parse": parse}))
    with pytest.raises(typer.Exit) as ended:
        replay_command.replay(str(document_id), pages="2", as_json=True)
    assert ended.value.exit_code == 1
    (told,) = json.loads(capsys.readouterr().out)["pages"]
    assert [
        (entry["name"], entry["before"]) for entry in told["manifest"] if entry["name"].startswith("libraries.")
    ] == [("libraries.rapidocr", "3.0")]
    assert [change["before"] for change in told["changes"]] == ["somewhat else"]

    reread_command.reread(str(document_id), pages="2", as_json=True)
    assert json.loads(capsys.readouterr().out)["job"]["state"] == JobState.SUCCEEDED
    again = page_of(opened, document_id, PARTIAL)
    assert again.parse is not None
    assert (again.words, again.second_words, again.parse.blocks) == (
        right.words,
        right.second_words,
        right.parse.blocks,
    )
    assert (right.revision, again.revision) == (1, 3)
    assert system.document(opened.tenant.id, document_id).status is DocumentStatus.READY
