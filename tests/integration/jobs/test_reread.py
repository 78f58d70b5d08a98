"""A document that was read, read again: a new job and epoch, and late results of the old ones refused."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest
from cryptography.fernet import Fernet

from docai.domain.access import Tenant
from docai.domain.documents import DocumentFacts, DocumentStatus, PageState
from docai.domain.ids import new_document_id
from docai.domain.jobs import Job, JobState, Priority
from docai.domain.work import Capability, Stage
from docai.errors import DocumentNotFound, JobUnfinished, LeaseLost, PageNotFound
from docai.jobs.commands import Jobs
from docai.pipeline.record import Recorder
from docai.sealing import Seal
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_opened, claim, items
from tests.integration.stores.samples import a_page

SEAL = Seal(Fernet.generate_key().decode())


class Bell:
    """Counts what it is rung for."""

    def __init__(self) -> None:
        self.rung: list[Capability] = []

    def ring(self, capabilities: Iterable[Capability]) -> None:
        self.rung += capabilities

    def reason_unheard(self) -> None:
        return None


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def jobs(records: PostgresRecords, bell: Bell) -> Jobs:
    return Jobs(records, bell, SEAL)


@pytest.fixture
def done(records: PostgresRecords, tenant: Tenant) -> Job:
    """The job of a document whose three pages were read."""
    job = add_opened(records, tenant, 3)
    for lease in claim(records, Capability.RASTER):
        page = a_page(job.document_id, lease.item.page_number)
        Recorder(records).page(lease, page, seconds=0.1)
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(job.document_id, {number: {"42": 1} for number in (1, 2, 3)})
        assert unit.documents.get(job.document_id).status is DocumentStatus.READY
    return job


def states(records: PostgresRecords, job: Job) -> list[PageState]:
    with records.unit_of_work(job.tenant_id) as unit:
        return list(unit.documents.page_states(job.document_id))


def test_all_pages_are_queued_again_under_a_new_job_and_epoch(
    records: PostgresRecords, jobs: Jobs, bell: Bell, done: Job
) -> None:
    again = jobs.reread(done.tenant_id, done.document_id, priority=Priority.HIGH)
    assert (again.state, again.epoch, again.priority) == (JobState.QUEUED, done.epoch + 1, Priority.HIGH)
    assert states(records, done) == [PageState.QUEUED] * 3
    assert bell.rung == [Capability.RASTER]
    assert [(row.stage, row.state) for row in items(records, again)] == [("open", "pending")]
    with records.unit_of_work(done.tenant_id) as unit:
        assert unit.documents.get(done.document_id).status is DocumentStatus.QUEUED
        assert unit.terms.frequencies(["42"]) == {}, "nothing is found that cannot be shown"


def test_only_pages_that_are_named_are_read_again(records: PostgresRecords, jobs: Jobs, done: Job) -> None:
    again = jobs.reread(done.tenant_id, done.document_id, pages=[3, 1, 3])
    assert states(records, done) == [PageState.QUEUED, PageState.PARSED, PageState.QUEUED]
    (lease,) = claim(records, Capability.RASTER)
    Recorder(records).opened(lease, DocumentFacts(n_pages=3), seconds=0.1)
    assert [row.page_number for row in items(records, again) if row.stage == Stage.READ] == [1, 3]
    assert jobs.get(done.tenant_id, again.id).pages_done == 1
    for lease in claim(records, Capability.RASTER):
        Recorder(records).page(lease, a_page(done.document_id, lease.item.page_number), seconds=0.1)
    assert jobs.get(done.tenant_id, again.id).state is JobState.SUCCEEDED
    assert states(records, done) == [PageState.PARSED] * 3


def test_it_is_not_read_again_while_it_is_read(records: PostgresRecords, jobs: Jobs, done: Job) -> None:
    again = jobs.reread(done.tenant_id, done.document_id, pages=[2])
    with pytest.raises(JobUnfinished) as refused:
        jobs.reread(done.tenant_id, done.document_id)
    assert refused.value.details["job_id"] == str(again.id)
    assert states(records, done) == [PageState.PARSED, PageState.QUEUED, PageState.PARSED]


def test_of_two_at_once_one_reads_it(jobs: Jobs, done: Job) -> None:
    begun: list[Job] = []
    refused: list[JobUnfinished] = []
    meeting = threading.Barrier(2, timeout=30)

    def ask() -> None:
        meeting.wait()
        try:
            begun.append(jobs.reread(done.tenant_id, done.document_id))
        except JobUnfinished as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(begun), len(refused)) == (1, 1)


def test_a_page_that_is_not_there_is_refused_and_nothing_is_queued(
    records: PostgresRecords, jobs: Jobs, bell: Bell, done: Job
) -> None:
    with pytest.raises(PageNotFound, match="no page 4"):
        jobs.reread(done.tenant_id, done.document_id, pages=[1, 4])
    assert states(records, done) == [PageState.PARSED] * 3
    assert bell.rung == []


def test_nobody_reads_what_is_not_theirs(records: PostgresRecords, jobs: Jobs, done: Job, other_tenant: Tenant) -> None:
    with pytest.raises(DocumentNotFound):
        jobs.reread(other_tenant.id, done.document_id)
    with pytest.raises(DocumentNotFound):
        jobs.reread(done.tenant_id, new_document_id())
    assert states(records, done) == [PageState.PARSED] * 3


def test_a_password_is_sealed_until_the_job_ends(records: PostgresRecords, jobs: Jobs, done: Job) -> None:
    again = jobs.reread(done.tenant_id, done.document_id, password="sesame")
    with records.unit_of_work(done.tenant_id) as unit:
        sealed = unit.jobs.sealed_password(again.id)
    assert sealed is not None
    assert SEAL.unseal(sealed) == b"sesame"


def test_what_was_leased_under_the_cancelled_reread_is_refused(records: PostgresRecords, jobs: Jobs, done: Job) -> None:
    jobs.reread(done.tenant_id, done.document_id)
    (late,) = claim(records, Capability.RASTER)
    cancelled = jobs.cancel(done.tenant_id, late.item.job_id)
    assert cancelled.state is JobState.CANCELLED
    with pytest.raises(LeaseLost):
        Recorder(records).opened(late, DocumentFacts(n_pages=3), seconds=0.1)
    assert jobs.retry(done.tenant_id, cancelled.id).epoch > cancelled.epoch, "and what it left can be taken up"
