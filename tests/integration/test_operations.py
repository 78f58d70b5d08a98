"""What operators do with dead work, over a real database."""

from __future__ import annotations

import base64
import os
from uuid import uuid4

import pytest

from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentStatus, Fault, Page, PageState
from docai.domain.ids import WorkerId
from docai.domain.jobs import JobState
from docai.domain.work import Capability, NewItem, Stage
from docai.operations import Operations, Outcome
from docai.pipeline.record import Recorder
from docai.pipeline.threads import ThreadDoorbell
from docai.sealing import Seal
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_document, a_job

KILLED = Fault(code="worker_crashed", message="It took down the worker.")


@pytest.fixture
def operations(records: PostgresRecords) -> Operations:
    key = base64.b64encode(os.urandom(32)).decode()
    return Operations(records, ThreadDoorbell(), Seal(key))


def buried(records: PostgresRecords, tenant: Tenant, *, stage: Stage = Stage.READ, n_dead: int = 1) -> Document:
    """A document of three pages: all were read, but for the last ones, which are dead at this stage."""
    document = a_document(tenant, uuid4().bytes).model_copy(update={"status": DocumentStatus.PROCESSING})
    job = a_job(document).model_copy(update={"state": JobState.RUNNING})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, job)
        unit.documents.open_ledger(document.id, 3)
        for number in (1, 2, 3):
            unit.documents.save_page(Page(document_id=document.id, number=number, state=PageState.PARSED))
        unit.work.add(job, [NewItem(stage, number) for number in range(4 - n_dead, 4)])
    for lease in records.queue.claim(stage.capability, WorkerId(uuid4()), lease_s=60):
        Recorder(records).buried(lease, KILLED)
    return document


def states(records: PostgresRecords, document: Document) -> list[PageState]:
    with records.unit_of_work(document.tenant_id) as unit:
        return list(unit.documents.page_states(document.id))


@pytest.mark.parametrize("stage", [Stage.READ, Stage.EMBED])
def test_a_dead_items_page_is_read_again_in_a_new_job_and_the_others_are_kept(
    operations: Operations, records: PostgresRecords, tenant: Tenant, stage: Stage
) -> None:
    document = buried(records, tenant, stage=stage)
    (item,) = operations.dead(10)
    assert (item.document_id, item.stage, item.page_number, item.fault) == (document.id, stage, 3, KILLED)
    (done,) = operations.requeue([item.id])
    assert (done.item_id, done.outcome, done.document_id) == (item.id, Outcome.QUEUED, document.id)
    assert states(records, document) == [PageState.PARSED, PageState.PARSED, PageState.QUEUED]
    assert operations.dead(10) == []
    with records.unit_of_work(tenant.id) as unit:
        job = unit.jobs.of_document(document.id)
    assert job is not None
    assert (job.id, job.state) == (done.job_id, JobState.QUEUED)
    (lease,) = records.queue.claim(Capability.RASTER, WorkerId(uuid4()), lease_s=60)
    assert (lease.item.job_id, lease.item.stage) == (job.id, Stage.OPEN)
    assert set(records.upkeep.violations(sweep_s=5).values()) == {0}


def test_items_of_one_document_share_a_job_and_tenants_do_not(
    operations: Operations, records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    documents = [buried(records, tenant, n_dead=2), buried(records, other_tenant)]
    done = operations.requeue_all()
    assert {entry.outcome for entry in done} == {Outcome.QUEUED}
    assert len(done) == 3
    jobs = {document.id: {entry.job_id for entry in done if entry.document_id == document.id} for document in documents}
    assert [len(found) for found in jobs.values()] == [1, 1]
    with records.unit_of_work(other_tenant.id) as unit:
        mine = unit.jobs.of_document(documents[1].id)
    assert mine is not None
    assert {mine.id} == jobs[documents[1].id]
    assert operations.requeue_all() == []


def test_what_is_being_read_is_left_alone(operations: Operations, records: PostgresRecords, tenant: Tenant) -> None:
    document = buried(records, tenant)
    (item,) = operations.dead(10)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save(document.model_copy(update={"status": DocumentStatus.PROCESSING}))
    (done,) = operations.requeue([item.id])
    assert (done.outcome, done.job_id) == (Outcome.BEING_READ, None)
    assert [entry.outcome for entry in operations.requeue_all()] == [Outcome.BEING_READ]
    assert [found.id for found in operations.dead(10)] == [item.id]


def test_an_item_that_is_not_dead_is_told(operations: Operations, records: PostgresRecords, tenant: Tenant) -> None:
    buried(records, tenant)
    (item,) = operations.dead(10)
    first, second = operations.requeue([item.id, item.id + 1000])
    assert (first.item_id, first.outcome) == (item.id, Outcome.QUEUED)
    assert (second.item_id, second.outcome) == (item.id + 1000, Outcome.GONE)
    assert [entry.outcome for entry in operations.requeue([item.id])] == [Outcome.GONE]


def test_a_page_that_was_read_since_is_settled(
    operations: Operations, records: PostgresRecords, tenant: Tenant
) -> None:
    document = buried(records, tenant)
    (item,) = operations.dead(10)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(Page(document_id=document.id, number=3, state=PageState.PARSED))
        unit.documents.save(unit.documents.get(document.id).model_copy(update={"status": DocumentStatus.READY}))
    assert [entry.outcome for entry in operations.requeue([item.id])] == [Outcome.GONE]
    assert operations.dead(10) == []
    assert states(records, document) == [PageState.PARSED] * 3
