"""Cancelling, retrying and listing jobs, with workers that do the work by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentFacts, DocumentStatus, Page, PageState
from docai.domain.events import EventKind
from docai.domain.ids import JobId, WorkerId
from docai.domain.jobs import Job, JobState, Priority
from docai.domain.work import Capability, Lease, NewItem, Stage
from docai.errors import JobEnded, JobNotFound, JobUnfinished, LeaseLost, NothingToRetry
from docai.jobs.commands import Jobs
from docai.jobs.opening import CANCELLED_CODE, enter
from docai.pipeline.record import Recorder
from docai.sealing import Seal
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import add_document

WORKER = WorkerId(uuid4())
SEAL = Seal(Fernet.generate_key().decode())


class Bell:
    """Counts what it is rung for."""

    def __init__(self) -> None:
        self.rung: list[Capability] = []

    def ring(self, capabilities: Iterable[Capability]) -> None:
        self.rung += capabilities


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def jobs(records: PostgresRecords, bell: Bell) -> Jobs:
    return Jobs(records, bell, SEAL)


def entered(records: PostgresRecords, tenant: Tenant) -> tuple[Document, Job]:
    """A document whose job waits for a worker."""
    document = add_document(records, tenant, uuid4().bytes)
    with records.unit_of_work(tenant.id) as unit:
        job = unit.jobs.of_document(document.id)
        assert job is not None
        enter(unit, job, None, SEAL)
    return document, job


def claimed(records: PostgresRecords, capability: Capability) -> list[Lease]:
    return list(records.queue.claim(capability, WORKER, lease_s=30))


def opened(records: PostgresRecords, n_pages: int) -> list[Lease]:
    """The document was opened; the leases of its pages."""
    (lease,) = claimed(records, Capability.RASTER)
    Recorder(records).opened(lease, DocumentFacts(n_pages=n_pages), seconds=0.1)
    return claimed(records, Capability.RASTER)


def parsed(records: PostgresRecords, lease: Lease, *, with_embedding: bool = False) -> None:
    page = Page(document_id=lease.item.document_id, number=lease.item.page_number, state=PageState.PARSED)
    follow = [NewItem(Stage.EMBED, page.number)] if with_embedding else []
    Recorder(records).page(lease, page, seconds=0.1, follow=follow)


def test_a_cancelled_job_keeps_its_pages_and_refuses_late_ones(
    records: PostgresRecords, tenant: Tenant, jobs: Jobs
) -> None:
    document, job = entered(records, tenant)
    leases = opened(records, 3)
    parsed(records, leases[0])
    ended = jobs.cancel(tenant.id, job.id)
    assert (ended.state, ended.pages_total, ended.pages_done, ended.pages_failed) == (JobState.CANCELLED, 3, 3, 2)
    assert ended.finished_at is not None
    with pytest.raises(LeaseLost):
        parsed(records, leases[1])
    with records.unit_of_work(tenant.id) as unit:
        states = list(unit.documents.page_states(document.id))
        kept = unit.documents.get(document.id)
    assert states == [PageState.PARSED, PageState.FAILED, PageState.FAILED]
    assert kept.status is DocumentStatus.PARTLY_READY
    assert kept.fault is not None
    assert kept.fault.code == CANCELLED_CODE
    assert records.queue.extend(leases, lease_s=30) == set()
    assert jobs.cancel(tenant.id, job.id) == ended
    told = [event.kind for event in jobs.events(tenant.id, job.id)]
    assert told.count(EventKind.JOB_FINISHED) == 1


def test_a_job_that_ended_cannot_be_cancelled(records: PostgresRecords, tenant: Tenant, jobs: Jobs) -> None:
    _, job = entered(records, tenant)
    parsed(records, opened(records, 1)[0])
    with pytest.raises(JobEnded):
        jobs.cancel(tenant.id, job.id)
    assert jobs.get(tenant.id, job.id).state is JobState.SUCCEEDED


def test_a_job_ends_once_when_it_is_cancelled_as_its_last_page_is_read(
    records: PostgresRecords, tenant: Tenant, jobs: Jobs
) -> None:
    for _ in range(10):
        _, job = entered(records, tenant)
        (lease,) = opened(records, 1)
        outcomes: list[str] = []

        def cancel(job_id: JobId = job.id, outcomes: list[str] = outcomes) -> None:
            try:
                jobs.cancel(tenant.id, job_id)
                outcomes.append("cancelled")
            except JobEnded:
                outcomes.append("ended")

        thread = threading.Thread(target=cancel)
        thread.start()
        try:
            parsed(records, lease)
            outcomes.append("read")
        except LeaseLost:
            outcomes.append("fenced")
        thread.join()
        assert sorted(outcomes) in (["cancelled", "fenced"], ["ended", "read"])
        told = [event.kind for event in jobs.events(tenant.id, job.id)]
        assert told.count(EventKind.JOB_FINISHED) == 1


def test_a_page_that_was_read_but_not_indexed_is_taken_up_by_a_retry(
    records: PostgresRecords, tenant: Tenant, jobs: Jobs, bell: Bell
) -> None:
    document, job = entered(records, tenant)
    leases = opened(records, 2)
    parsed(records, leases[0], with_embedding=True)
    parsed(records, leases[1])
    jobs.cancel(tenant.id, job.id)
    with records.unit_of_work(tenant.id) as unit:
        assert list(unit.documents.page_states(document.id)) == [PageState.DEGRADED, PageState.PARSED]
    again = jobs.retry(tenant.id, job.id)
    assert again.id != job.id
    assert bell.rung == [Capability.RASTER]
    assert [lease.item.page_number for lease in opened(records, 2)] == [1]


def test_a_retry_reads_what_failed_and_nothing_else(records: PostgresRecords, tenant: Tenant, jobs: Jobs) -> None:
    document, job = entered(records, tenant)
    leases = opened(records, 3)
    parsed(records, leases[1])
    with pytest.raises(JobUnfinished):
        jobs.retry(tenant.id, job.id)
    jobs.cancel(tenant.id, job.id)
    again = jobs.retry(tenant.id, job.id, password="sesame", priority=Priority.HIGH)
    assert (again.state, again.priority, again.epoch) == (JobState.QUEUED, Priority.HIGH, job.epoch + 2)
    with records.unit_of_work(tenant.id) as unit:
        sealed = unit.jobs.sealed_password(again.id)
    assert sealed is not None
    assert SEAL.unseal(sealed) == b"sesame"
    with pytest.raises(JobUnfinished):
        jobs.retry(tenant.id, job.id)
    rest = opened(records, 3)
    assert [lease.item.page_number for lease in rest] == [1, 3]
    for lease in rest:
        parsed(records, lease)
    assert jobs.get(tenant.id, again.id).state is JobState.SUCCEEDED
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id).status is DocumentStatus.READY
    with pytest.raises(NothingToRetry):
        jobs.retry(tenant.id, job.id)


def test_two_retries_at_once_make_one_job(records: PostgresRecords, tenant: Tenant, jobs: Jobs) -> None:
    _, job = entered(records, tenant)
    jobs.cancel(tenant.id, job.id)
    outcomes: list[str] = []

    def retry() -> None:
        try:
            outcomes.append(str(jobs.retry(tenant.id, job.id).id))
        except JobUnfinished:
            outcomes.append("unfinished")

    threads = [threading.Thread(target=retry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("unfinished") == 3


def test_a_running_job_says_where_it_stands_and_how_long_it_takes(
    records: PostgresRecords, tenant: Tenant, jobs: Jobs
) -> None:
    _, job = entered(records, tenant)
    waiting = jobs.get(tenant.id, job.id)
    assert [(count.stage, count.n_waiting, count.n_running) for count in waiting.stages] == [(Stage.OPEN, 1, 0)]
    assert waiting.seconds_left is None
    leases = opened(records, 10)
    parsed(records, leases[0], with_embedding=True)
    running = jobs.get(tenant.id, job.id)
    assert running.state is JobState.RUNNING
    assert (running.pages_total, running.pages_done) == (10, 1)
    stood = {count.stage: (count.n_waiting, count.n_running) for count in running.stages}
    assert stood == {Stage.READ: (2, 7), Stage.EMBED: (1, 0)}
    assert running.seconds_left is not None
    assert running.seconds_left > 0


def test_jobs_are_listed_newest_first_by_state(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, jobs: Jobs
) -> None:
    made = [entered(records, tenant)[1] for _ in range(5)]
    entered(records, other_tenant)
    jobs.cancel(tenant.id, made[1].id)
    newest_first = [job.id for job in reversed(made)]
    assert [job.id for job in jobs.list(tenant.id, limit=10)] == newest_first
    first = jobs.list(tenant.id, limit=2)
    rest = jobs.list(tenant.id, limit=10, after=first[-1].place)
    assert [job.id for job in (*first, *rest)] == newest_first
    cancelled = jobs.list(tenant.id, limit=10, states=[JobState.CANCELLED])
    assert [job.id for job in cancelled] == [made[1].id]


def test_a_strangers_job_is_none(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, jobs: Jobs) -> None:
    _, job = entered(records, tenant)
    for act in (jobs.get, jobs.cancel, jobs.retry, jobs.events):
        with pytest.raises(JobNotFound):
            act(other_tenant.id, job.id)
