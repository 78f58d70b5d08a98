"""What may happen to a document while it is read: a poison page, a deletion, a twin, a fault of ours, a full disk."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pymupdf
import pytest
from pydantic import SecretStr

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.domain.answers import Question
from docai.domain.documents import DocumentStatus, Fault, PageState
from docai.domain.events import EventKind
from docai.domain.jobs import JobState
from docai.domain.words import PageWords
from docai.domain.work import Stage
from docai.errors import DocumentNotFound, StoreFull, StoreUnavailable
from docai.pdf import draw
from docai.pipeline.record import end_job
from docai.settings import DatabaseSettings, LimitSettings, Settings, WorkerSettings
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.system import System
from docai.telemetry import ITEMS_FENCED


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def local(home: Path) -> Iterator[Assembled]:
    with open_local(Settings(home=home, limits=LimitSettings(page_timeout_s=15))) as opened:
        yield opened


def read(local: Assembled, pdf: bytes, name: str = "some.pdf"):  # noqa: ANN201
    system, tenant = local.system, local.tenant.id
    submission = system.submit(tenant, BytesIO(pdf), name)
    job = system.wait(tenant, submission.job.id, 200)
    assert job.state.is_final
    return system.document(tenant, submission.document.id), job


def with_poison(pdf: bytes, page_number: int) -> bytes:
    """The PDF with one page filled fifty times with a pattern in steps of a millionth of a point: minutes of work."""
    document = pymupdf.open(stream=pdf)
    pattern = document.get_new_xref()
    document.update_object(
        pattern,
        "<< /Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.000001 "
        "/YStep 0.000001 /Resources << >> >>",
    )
    document.update_stream(pattern, b"0 0 1 1 re f")
    page = document[page_number - 1]
    content = document.get_new_xref()
    document.update_object(content, "<< >>")
    document.update_stream(content, b"/Pattern cs /P0 scn" + b" 0 0 600 800 re f" * 50)
    document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
    document.xref_set_key(page.xref, "Resources", f"<< /Pattern << /P0 {pattern} 0 R >> >>")
    return document.tobytes()


def test_a_poison_page_fails_alone_and_the_next_document_is_read(local: Assembled) -> None:
    document, job = read(local, with_poison(draw.plain(4, 12.0).pdf, 2), "poison.pdf")
    pages = local.system.pages(local.tenant.id, document.id)
    assert [page.state for page in pages] == [
        PageState.PARSED,
        PageState.FAILED,
        PageState.PARSED,
        PageState.PARSED,
    ]
    fault = pages[1].fault
    assert fault is not None
    assert fault.code in {"page_timed_out", "page_crashed"}
    assert document.status is DocumentStatus.PARTLY_READY
    assert job.state is JobState.PARTIALLY_SUCCEEDED
    assert (job.pages_done, job.pages_failed) == (4, 1)
    healthy, _ = read(local, draw.plain(1, 14.0).pdf)
    assert healthy.status is DocumentStatus.READY


def test_a_document_deleted_while_it_is_read_leaves_nothing(local: Assembled, home: Path) -> None:
    system, tenant = local.system, local.tenant.id
    blobs_before = blob_count(home)
    points_before = system._parts.index.count()
    submission = system.submit(tenant, BytesIO(draw.plain(12, 11.5).pdf), "doomed.pdf")
    while system.job(tenant, submission.job.id).pages_done < 1:
        pass
    system.delete(tenant, submission.document.id)
    read(local, draw.plain(1, 15.0).pdf)
    with pytest.raises(DocumentNotFound):
        system.document(tenant, submission.document.id)
    # The second document and its page are all that stays; another worker may be at a page of the first one still.
    deadline = time.monotonic() + 30
    while blob_count(home) != blobs_before + 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert blob_count(home) == blobs_before + 2
    assert system._parts.index.count() == points_before + 1
    hits = system.search(tenant, Question(text="quick brown fox", top_k=100))
    assert submission.document.id not in {hit.document_id for hit in hits}


def test_the_same_file_from_eight_sides_is_read_once(local: Assembled) -> None:
    system, tenant = local.system, local.tenant.id
    pdf = draw.plain(2, 16.0).pdf
    submissions = []

    def submit() -> None:
        submissions.append(system.submit(tenant, BytesIO(pdf), "twin.pdf"))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({submission.document.id for submission in submissions}) == 1
    assert len({submission.job.id for submission in submissions}) == 1
    assert sum(submission.is_new for submission in submissions) == 1
    assert system.wait(tenant, submissions[0].job.id, 100).state is JobState.SUCCEEDED


def test_an_engine_that_breaks_costs_the_page_and_not_the_worker(
    local: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(image: bytes) -> PageWords:
        raise ZeroDivisionError(len(image))

    with monkeypatch.context() as patched:
        patched.setattr(local.system._parts.word_reader, "read", broken)
        document, _ = read(local, draw.scan().pdf, "scan.pdf")
        (page,) = local.system.pages(local.tenant.id, document.id)
        assert page.state is PageState.FAILED
        assert page.fault is not None
        assert page.fault.code == "internal"
    again, _ = read(local, draw.scan().pdf, "scan.pdf")
    assert again.id == document.id
    assert again.status is DocumentStatus.READY


def test_a_full_disk_keeps_nothing_and_the_next_upload_works(
    local: Assembled, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, tenant = local.system, local.tenant.id
    n_documents = len(system.documents(tenant, limit=200))
    blobs_before = blob_count(home)
    pdf = draw.plain(1, 17.0).pdf
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", no_room)
        with pytest.raises(StoreFull):
            system.submit(tenant, BytesIO(pdf), "too-much.pdf")
    assert len(system.documents(tenant, limit=200)) == n_documents
    assert blob_count(home) == blobs_before
    document, _ = read(local, pdf)
    assert document.status is DocumentStatus.READY


def test_a_page_that_the_index_refuses_is_kept_and_the_others_are_found(
    local: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = pymupdf.open()
    for text in ("far too many words for so small an index", "zygomorphic"):
        pdf.new_page().insert_text((72, 72), text)
    content = pdf.tobytes()
    with monkeypatch.context() as patched:
        patched.setattr("docai.stores.qdrant.admission.MAX_PAGE_VECTORS", 3)
        document, _ = read(local, content)
    crowded, found = local.system.pages(local.tenant.id, document.id)
    assert crowded.state is PageState.DEGRADED
    assert crowded.fault is not None
    assert crowded.fault.code == "not_searchable"
    assert crowded.words is not None
    assert crowded.words.words
    assert found.state is PageState.PARSED
    assert document.status is DocumentStatus.PARTLY_READY
    (hit, *_) = local.system.search(local.tenant.id, Question(text="zygomorphic"))
    assert (hit.document_id, hit.page_number) == (document.id, 2)
    mended, _ = read(local, content)  # once the index takes it, sending it again has it found
    assert (mended.id, mended.status) == (document.id, DocumentStatus.READY)


def test_a_page_with_a_single_word_is_not_blank(local: Assembled) -> None:
    pdf = pymupdf.open()
    pdf.new_page().insert_text((72, 72), "abstained")
    document, _ = read(local, pdf.tobytes())
    (page,) = local.system.pages(local.tenant.id, document.id)
    assert page.state is PageState.PARSED
    assert page.words is not None
    assert [word.text for word in page.words.words] == ["abstained"]


def test_a_database_that_is_killed_while_a_document_is_read_costs_nothing(short_folder: Path) -> None:
    with EmbeddedPostgres(short_folder / "postgres") as server:
        settings = Settings(home=short_folder / "home", database=DatabaseSettings(url=SecretStr(server.url)))
        with open_local(settings) as local:
            system, tenant = local.system, local.tenant.id
            submission = system.submit(tenant, BytesIO(draw.plain(10, 19.0).pdf), "long.pdf")
            while system.job(tenant, submission.job.id).pages_done < 2:
                time.sleep(0.02)
            postmaster = short_folder / "postgres" / "data" / "postmaster.pid"
            os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
            time.sleep(2)
            assert not local.records.is_reachable()
            server.start()
            assert system.wait(tenant, submission.job.id, 120).state is JobState.SUCCEEDED
            pages = system.pages(tenant, submission.document.id)
            assert [(page.number, page.state) for page in pages] == [(n, PageState.PARSED) for n in range(1, 11)]
            told = [event.kind for event in system.events(tenant, submission.job.id)]
            assert told.count(EventKind.PAGE_FINISHED) == 10
            assert told.count(EventKind.JOB_FINISHED) == 1


def test_a_fault_that_does_not_pass_ends_the_document(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("never")

    with open_local(Settings(home=short_folder, worker=WorkerSettings(patience_s=0))) as local:
        monkeypatch.setattr(local.system._parts.blobs, "path", away)
        document, job = read(local, draw.plain(1, 20.0).pdf)
        assert document.status is DocumentStatus.FAILED
        assert job.fault is not None
        assert job.fault.code == "store_unavailable"
        (dead,) = local.records.queue.dead(5)
        assert (dead.document_id, dead.stage) == (document.id, Stage.OPEN)


def test_a_document_says_when_it_last_changed(local: Assembled) -> None:
    document, job = read(local, draw.plain(1, 18.0).pdf)
    assert job.started_at is not None
    assert document.created_at < job.started_at <= document.updated_at


def test_a_store_that_fails_is_told_by_the_check_and_not_raised(
    local: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", no_room)
    checks = {check.name: check for check in local.system.check()}
    assert not checks["blobs"].is_ok
    assert "no room left" in checks["blobs"].detail
    assert checks["records"].is_ok


def no_room(descriptor: int) -> None:
    """What a full disk says when written data is to be kept."""
    raise OSError(28, "No space left on device", str(descriptor))


def blob_count(home: Path) -> int:
    return sum(path.is_file() for path in (home / "blobs").rglob("*"))


def test_what_a_system_is_asked_is_checked_first(local: Assembled) -> None:
    assert isinstance(local.system, System)
    checks = {check.name: check for check in local.system.check()}
    assert all(check.is_ok for check in checks.values()), checks


def test_a_page_that_failed_is_read_again_with_the_file_and_no_other_page_is(
    local: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, tenant = local.system, local.tenant.id
    pdf = with_scan_behind(draw.plain(2, 12.5).pdf)
    with monkeypatch.context() as patched:
        patched.setattr(system._parts.word_reader, "read", lambda image: 1 // 0)
        document, _ = read(local, pdf, "mixed.pdf")
    assert document.status is DocumentStatus.PARTLY_READY
    drawn_before = system.page(tenant, document.id, 1)
    again, job = read(local, pdf, "mixed.pdf")
    assert again.id == document.id
    assert again.status is DocumentStatus.READY
    assert (job.pages_total, job.pages_done, job.pages_failed) == (3, 3, 0)
    assert system.page(tenant, document.id, 1) == drawn_before


def with_scan_behind(pdf: bytes) -> bytes:
    """The PDF with a scanned page, which needs OCR, as its last."""
    document = pymupdf.open(stream=pdf)
    document.insert_pdf(pymupdf.open(stream=draw.scan().pdf))
    return document.tobytes()


def test_a_page_that_is_read_while_its_job_ends_is_refused(local: Assembled, monkeypatch: pytest.MonkeyPatch) -> None:
    system, tenant, records = local.system, local.tenant.id, local.records
    recognise, entered, ended = system._parts.word_reader.read, threading.Event(), threading.Event()

    def slow(image: bytes) -> PageWords:
        entered.set()
        assert ended.wait(60)
        return recognise(image)

    fenced_before = ITEMS_FENCED.labels("ocr")._value.get()
    with monkeypatch.context() as patched:
        patched.setattr(system._parts.word_reader, "read", slow)
        submission = system.submit(tenant, BytesIO(with_scan_behind(draw.plain(1, 13.5).pdf)), "given-up.pdf")
        document_id, job_id = submission.document.id, submission.job.id
        assert entered.wait(60)
        while system.page(tenant, document_id, 1).state is not PageState.PARSED:
            time.sleep(0.05)
        with records.unit_of_work(tenant) as unit:
            end_job(unit, unit.jobs.get(job_id), Fault(code="cancelled", message="enough"), state=JobState.CANCELLED)
        ended.set()
        while ITEMS_FENCED.labels("ocr")._value.get() == fenced_before:
            time.sleep(0.05)  # the suite's own time limit ends a wait in vain
    pages = system.pages(tenant, document_id)
    assert [page.state for page in pages] == [PageState.PARSED, PageState.FAILED]
    assert pages[1].fault == Fault(code="cancelled", message="enough")
    assert system.document(tenant, document_id).status is DocumentStatus.PARTLY_READY
    assert system.job(tenant, job_id).state is JobState.CANCELLED
    told = [event.kind for event in system.events(tenant, job_id)]
    assert told.count(EventKind.JOB_FINISHED) == 1
    assert told[-1] is EventKind.JOB_FINISHED
