"""What becomes of an item in each sort of trouble, and of what was drawn for a page that is no longer wanted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from docai.assembly.parts import make_policy
from docai.domain.access import Tenant
from docai.domain.documents import DocumentFacts, DocumentStatus, PageState
from docai.domain.events import EventKind
from docai.domain.jobs import Job, JobState
from docai.domain.work import Capability, Lease, NewItem, Stage
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import (
    BlobMissing,
    DocumentEncrypted,
    EngineUnavailable,
    PageTimedOut,
    StoreUnavailable,
    WrongPassword,
)
from docai.jobs.commands import Jobs
from docai.pipeline import stages
from docai.pipeline.parts import Parts
from docai.pipeline.stages import Stages
from docai.pipeline.threads import ThreadDoorbell
from docai.sealing import open_seal
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex
from tests.integration.stores.queued import add_work, claim, items, make_due, remaining
from tests.integration.stores.samples import a_page


class Sandbox:
    """Stands for the PDF sandbox: tells what it was told to."""

    name = "reader 1"

    def __init__(self) -> None:
        self.says: DocumentFacts | Exception = DocumentFacts(n_pages=2)
        self.passwords: list[str | None] = []

    @contextmanager
    def open(self, path: Path, media_type: object, password: str | None) -> Iterator[Any]:
        self.passwords.append(password)
        if isinstance(self.says, Exception):
            raise self.says
        yield type("Opened", (), {"facts": self.says, "measure": self._measure})

    def _measure(self, number: int) -> Any:
        raise ZeroDivisionError(number)


class Eye:
    """Stands for OCR, which is not reached here."""

    name = "eye 1"

    def read(self, image: bytes) -> Any:
        raise EngineUnavailable(str(len(image)))


class Calm:
    """A `Watch` that lets everything be done and remembers what ended."""

    def __init__(self) -> None:
        self.done: list[Lease] = []

    def should_stop(self, lease: Lease) -> bool:
        return False

    def ended(self, lease: Lease) -> None:
        self.done.append(lease)


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def parts(records: PostgresRecords, sandbox: Sandbox, tmp_path: Path) -> Parts:
    embedder = NgramEmbedder()
    return Parts(
        records=records,
        blobs=FilesystemBlobs(tmp_path / "blobs"),
        index=MemoryIndex(dimension=embedder.dimension, encoder=embedder.fingerprint),
        reader=sandbox,  # type: ignore[arg-type]
        word_reader=Eye(),
        embedder=embedder,
        doorbell=ThreadDoorbell(),
        sealer=open_seal(None, tmp_path),
    )


def do(parts: Parts, capability: Capability = Capability.RASTER, **policy: Any) -> Sequence[Lease]:
    """Have a worker do the batch that is due next; gives what it ended."""
    watch = Calm()
    reading = dataclasses.replace(make_policy(Settings()).reading, **policy)
    Stages(parts, reading).do(claim(parts.records, capability), watch)  # type: ignore[arg-type]
    return watch.done


def submitted(parts: Parts, tenant: Tenant) -> Job:
    content = uuid4().bytes
    parts.blobs.put(content)
    return add_work(parts.records, tenant, [NewItem(Stage.OPEN)], content=content)  # type: ignore[arg-type]


def outcome(parts: Parts, job: Job) -> tuple[DocumentStatus, JobState, str | None]:
    with parts.records.unit_of_work(job.tenant_id) as unit:
        document, ended = unit.documents.get(job.document_id), unit.jobs.get(job.id)
    return document.status, ended.state, ended.fault and ended.fault.code


def test_opening_enters_the_pages_and_rings_for_them(
    parts: Parts, records: PostgresRecords, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Capability] = []
    monkeypatch.setattr(parts.doorbell, "ring", rung.extend)
    job = submitted(parts, tenant)
    assert len(do(parts)) == 1
    assert [(row.stage, row.page_number, row.state) for row in items(records, job)] == [
        ("open", 0, "done"),
        ("read", 1, "pending"),
        ("read", 2, "pending"),
    ]
    assert (remaining(records, job), rung) == (2, [Capability.RASTER])
    assert outcome(parts, job) == (DocumentStatus.PROCESSING, JobState.RUNNING, None)


def test_a_password_is_unsealed_for_the_reader_and_forgotten_when_it_is_wrong(
    parts: Parts, sandbox: Sandbox, tenant: Tenant
) -> None:
    job = submitted(parts, tenant)
    with parts.records.unit_of_work(tenant.id) as unit:
        unit.jobs.keep_password(job.id, parts.sealer.seal("gehe\u00efm".encode()))
    sandbox.says = WrongPassword("It does not open the file.")
    do(parts)
    assert sandbox.passwords == ["gehe\u00efm"]
    assert outcome(parts, job) == (DocumentStatus.FAILED, JobState.FAILED, "wrong_password")
    with parts.records.unit_of_work(tenant.id) as unit:
        assert unit.jobs.sealed_password(job.id) is None


def test_a_document_that_cannot_be_read_ends_at_once_and_its_job_is_told_once(
    parts: Parts, sandbox: Sandbox, records: PostgresRecords, tenant: Tenant
) -> None:
    job = submitted(parts, tenant)
    sandbox.says = DocumentEncrypted("It needs a password.")
    do(parts)
    assert outcome(parts, job) == (DocumentStatus.FAILED, JobState.FAILED, "document_encrypted")
    assert claim(records, Capability.RASTER) == []
    with records.unit_of_work(tenant.id) as unit:
        told = [event.kind for event in unit.events.of_job(job.id)]
    assert told == [EventKind.JOB_FINISHED]


def test_a_document_with_more_pages_than_the_limit_is_refused(parts: Parts, tenant: Tenant) -> None:
    job = submitted(parts, tenant)
    do(parts, max_pages=1)
    assert outcome(parts, job) == (DocumentStatus.FAILED, JobState.FAILED, "too_many_pages")


def test_trouble_that_may_pass_is_waited_out(
    parts: Parts, sandbox: Sandbox, records: PostgresRecords, tenant: Tenant
) -> None:
    job = submitted(parts, tenant)
    sandbox.says = StoreUnavailable("away")
    for n in range(1, 8):
        (lease,) = do(parts)
        (row,) = items(records, job)
        assert (row.state, row.errors, row.crashes, row.fault_code) == ("pending", n, 0, "store_unavailable")
        make_due(records, [lease])
    sandbox.says = DocumentFacts(n_pages=1)
    do(parts)
    assert outcome(parts, job)[0] is DocumentStatus.PROCESSING


def test_trouble_that_outlasts_all_patience_ends_the_document(parts: Parts, sandbox: Sandbox, tenant: Tenant) -> None:
    job = submitted(parts, tenant)
    sandbox.says = EngineUnavailable("no room")
    do(parts, patience_s=0)
    assert outcome(parts, job) == (DocumentStatus.FAILED, JobState.FAILED, "engine_unavailable")


def test_a_fault_of_ours_at_a_page_is_tried_three_times_and_costs_that_page(
    parts: Parts, records: PostgresRecords, tenant: Tenant
) -> None:
    job = submitted(parts, tenant)
    do(parts)
    for n_tries in (1, 2, 3):
        ended = do(parts)
        assert len(ended) == 2, "each item is tried for itself"
        make_due(records, ended)
        with records.unit_of_work(tenant.id) as unit:
            states = set(unit.documents.page_states(job.document_id))
        assert states == ({PageState.FAILED} if n_tries == 3 else {PageState.QUEUED})
    assert {row.state for row in items(records, job)[1:]} == {"dead"}
    assert outcome(parts, job)[:2] == (DocumentStatus.FAILED, JobState.FAILED)


def test_a_file_that_cannot_be_opened_for_its_pages_is_each_pages_trouble(
    parts: Parts, sandbox: Sandbox, records: PostgresRecords, tenant: Tenant
) -> None:
    job = submitted(parts, tenant)
    do(parts)
    sandbox.says = BlobMissing("The file is gone.")
    assert len(do(parts)) == 2
    with records.unit_of_work(tenant.id) as unit:
        faults = {page.fault and page.fault.code for page in unit.documents.pages(job.document_id)}
    assert faults == {"blob_missing"}
    assert outcome(parts, job)[0] is DocumentStatus.FAILED


def test_work_whose_document_is_gone_is_dropped(parts: Parts, records: PostgresRecords, tenant: Tenant) -> None:
    job = submitted(parts, tenant)
    leases, watch = claim(records, Capability.RASTER), Calm()
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(job.document_id)
    Stages(parts, make_policy(Settings()).reading).do(leases, watch)
    assert watch.done == list(leases)


def test_what_a_late_worker_put_into_the_index_of_a_deleted_document_is_taken_out(
    parts: Parts, records: PostgresRecords, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = add_work(records, tenant, [NewItem(Stage.EMBED, 1)])
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.open_ledger(job.document_id, 1)
        unit.documents.save_page(a_page(job.document_id, text="invoice"))
    upsert = parts.index.upsert

    def deleted_meanwhile(*put: Any) -> None:
        upsert(*put)
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.delete(job.document_id)

    monkeypatch.setattr(parts.index, "upsert", deleted_meanwhile)
    assert len(do(parts, Capability.EMBED)) == 1
    assert parts.index.count() == 0


def test_an_index_that_is_away_when_late_vectors_are_to_be_taken_out_keeps_nobody_waiting(
    parts: Parts, records: PostgresRecords, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    job = add_work(records, tenant, [NewItem(Stage.EMBED, 1), NewItem(Stage.EMBED, 2)])
    leases, watch = claim(records, Capability.EMBED), Calm()
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(job.document_id)
    monkeypatch.setattr(parts.index, "delete", away)
    Stages(parts, make_policy(Settings()).reading).do(leases, watch)
    assert watch.done == list(leases)


def test_a_result_is_recorded_when_the_database_is_back(
    parts: Parts, records: PostgresRecords, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submitted(parts, tenant)
    monkeypatch.setattr(stages, "_RECORD_DELAYS_S", (0.01,) * 6)
    opened, n_away = stages.Recorder.opened, 3

    def away(recorder: Any, *result: Any, **more: Any) -> Any:
        nonlocal n_away
        n_away -= 1
        if n_away >= 0:
            raise StoreUnavailable("away")
        return opened(recorder, *result, **more)

    monkeypatch.setattr(stages.Recorder, "opened", away)
    do(parts)
    opening, *_ = items(records, job)
    assert (opening.stage, opening.errors, opening.state) == ("open", 0, "done")


@pytest.mark.parametrize("is_away", [False, True])
def test_a_page_that_cannot_be_read_a_second_time_leaves_the_index(
    parts: Parts, sandbox: Sandbox, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, is_away: bool
) -> None:
    job = submitted(parts, tenant)
    sandbox.says = DocumentFacts(n_pages=1)
    monkeypatch.setattr(sandbox, "_measure", _too_slow)
    do(parts)
    embedder = NgramEmbedder()
    seen = embedder.embed_words(a_page(job.document_id).words)  # type: ignore[arg-type]
    assert seen is not None
    parts.index.upsert(tenant.id, job.document_id, 1, seen)
    do(parts)
    assert outcome(parts, job)[:2] == (DocumentStatus.FAILED, JobState.FAILED)
    assert parts.index.page_numbers(tenant.id, job.document_id) == [1], "nobody looks for vectors at a first reading"
    if is_away:
        monkeypatch.setattr(parts.index, "delete", _index_away)
    again = Jobs(parts.records, parts.doorbell, parts.sealer).reread(tenant.id, job.document_id)
    do(parts)
    do(parts)
    assert outcome(parts, again)[1] is JobState.FAILED
    assert list(parts.index.page_numbers(tenant.id, job.document_id)) == ([1] if is_away else [])


def _too_slow(number: int) -> Any:
    raise PageTimedOut(f"Page {number} took too long.")


def _index_away(*_: object) -> None:
    raise StoreUnavailable("The index does not answer.")
