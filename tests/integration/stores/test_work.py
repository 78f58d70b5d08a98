"""What ends a work item and what is refused, and what is counted; in a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from docai.domain.access import Tenant
from docai.domain.documents import Fault
from docai.domain.events import EventKind, NewEvent
from docai.domain.ids import new_document_id
from docai.domain.jobs import JobState
from docai.domain.work import Capability, ItemState, Lease, NewItem, Stage
from docai.errors import DocumentNotFound, LeaseLost
from docai.protocols import UnitOfWork
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_pages, add_work, claim, items, let_run_out, make_due, remaining
from tests.integration.stores.samples import a_job, add_document

FAULT = Fault(code="page_failed", message="it broke")

ENDINGS: dict[str, Callable[[UnitOfWork, Lease], object]] = {
    "finish": lambda unit, lease: unit.work.finish(lease, seconds=1),
    "retry": lambda unit, lease: unit.work.retry(lease, FAULT, after_s=1),
    "expire": lambda unit, lease: unit.work.expire(lease),
}


def usage(records: PostgresRecords) -> list[Any]:
    with records._transaction() as session:
        return list(
            session.execute(text("SELECT item_id, lease_token, page_number, seconds FROM usage ORDER BY item_id"))
        )


def refused(records: PostgresRecords, lease: Lease, ending: str) -> None:
    before = usage(records)
    with pytest.raises(LeaseLost), records.unit_of_work(lease.item.tenant_id) as unit:
        ENDINGS[ending](unit, lease)
    assert usage(records) == before


def test_items_are_counted_once_and_the_last_one_is_told(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 3)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.add(job, [NewItem(Stage.PARSE, 3, bucket="a"), NewItem(Stage.PARSE, 4, bucket="a")])
    assert remaining(records, job) == 4
    leases = claim(records)
    told = []
    for lease in leases:
        with records.unit_of_work(tenant.id) as unit:
            told.append(unit.work.finish(lease, seconds=lease.item.page_number / 10))
    assert told == [False, False, False, True]
    assert remaining(records, job) == 0
    assert [(row.page_number, row.seconds) for row in usage(records)] == [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)]


def test_what_follows_keeps_the_document_open(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.add(job, [NewItem(Stage.EMBED, 1)])
        assert not unit.work.finish(lease, seconds=1)
    (following,) = claim(records, Capability.EMBED)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.work.finish(following, seconds=1)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_holder_whose_item_another_has_is_refused(records: PostgresRecords, tenant: Tenant, ending: str) -> None:
    job = add_pages(records, tenant)
    (late,) = claim(records)
    let_run_out(records, [late])
    with records.unit_of_work(tenant.id) as unit:
        unit.work.expire(late)
    refused(records, late, ending)  # nobody has it yet
    make_due(records, [late])
    (now,) = claim(records)
    refused(records, late, ending)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.work.finish(now, seconds=1)
    refused(records, now, ending)  # it ends once
    assert remaining(records, job) == 0
    (row,) = items(records, job)
    assert (row.state, row.crashes) == ("done", 1)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_document_that_moved_on_refuses_what_was_begun_before(
    records: PostgresRecords, tenant: Tenant, ending: str
) -> None:
    job = add_pages(records, tenant, 3)
    leases = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.work.new_epoch(job.document_id) == 2
        again = job.model_copy(update={"epoch": 2})
        unit.work.add(again, [NewItem(Stage.PARSE, 1, bucket="a")])
    refused(records, leases[0], ending)
    assert records.queue.extend(leases, lease_s=30) == set()
    assert remaining(records, job) == 1
    assert [(row.epoch, row.state) for row in items(records, job)] == [*[(1, "cancelled")] * 3, (2, "pending")]
    (fresh,) = claim(records)
    assert (fresh.item.epoch, fresh.token) == (2, 1)


def test_work_of_an_epoch_that_is_over_is_not_entered(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.new_epoch(job.document_id)
    with pytest.raises(LeaseLost), records.unit_of_work(tenant.id) as unit:
        unit.work.add(job, [NewItem(Stage.EMBED, 1)])
    assert len(items(records, job)) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_deleted_document_refuses_what_was_begun_before(
    records: PostgresRecords, tenant: Tenant, ending: str
) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(job.document_id)
    refused(records, lease, ending)
    assert items(records, job) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_finish_of_a_foreign_tenant_is_refused(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, ending: str
) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    if ending == "finish":
        with pytest.raises(LeaseLost), records.unit_of_work(other_tenant.id) as unit:
            ENDINGS[ending](unit, lease)
    with pytest.raises(DocumentNotFound), records.unit_of_work(other_tenant.id) as unit:
        unit.work.new_epoch(job.document_id)
    assert [row.state for row in items(records, job)] == ["leased"]


def test_an_unknown_document_has_no_new_epoch(records: PostgresRecords, tenant: Tenant) -> None:
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:
        unit.work.new_epoch(new_document_id())


def test_an_error_and_a_crash_are_counted_apart(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.retry(lease, FAULT, after_s=0)
    (row,) = items(records, job)
    assert (row.state, row.errors, row.crashes, row.fault_code) == ("pending", 1, 0, FAULT.code)
    (lease,) = claim(records)
    assert not lease.is_solo, "an error is told by its worker: nothing crashed"
    for n_crashes in (1, 2, 3):
        let_run_out(records, [lease])
        with records.unit_of_work(tenant.id) as unit:
            unit.work.expire(lease)
        (row,) = items(records, job)
        assert (row.errors, row.crashes, row.solo_crashes) == (1, n_crashes, n_crashes - 1)
        make_due(records, [lease])
        (lease,) = claim(records)
        assert lease.is_solo
    assert remaining(records, job) == 1


def test_a_dead_item_keeps_its_fault_and_counts_as_ended(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.work.finish(lease, seconds=1, state=ItemState.DEAD, fault=FAULT)
    (row,) = items(records, job)
    assert (row.state, row.fault_code, row.fault_message) == ("dead", FAULT.code, FAULT.message)
    assert row.lease_until is None


def test_nothing_of_a_transaction_that_is_refused_is_kept(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant)
    (lease,) = claim(records)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.finish(lease, seconds=1)
    with pytest.raises(LeaseLost), records.unit_of_work(tenant.id) as unit:  # noqa: PT012 - the block is the test
        unit.work.add(job, [NewItem(Stage.EMBED, 1)])
        unit.events.add(NewEvent(kind=EventKind.PAGE_FINISHED, document_id=job.document_id, job_id=job.id))
        unit.work.finish(lease, seconds=1)
    assert (remaining(records, job), len(items(records, job))) == (0, 1)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.events.of_job(job.id) == []


def test_eight_workers_that_end_a_document_at_once_agree_on_the_last(records: PostgresRecords, tenant: Tenant) -> None:
    job = add_pages(records, tenant, 8)
    leases, start = claim(records), threading.Barrier(8)

    def finish(lease: Lease) -> bool:
        start.wait()
        with records.unit_of_work(tenant.id) as unit:
            is_last = unit.work.finish(lease, seconds=1)
            event = NewEvent(kind=EventKind.PAGE_FINISHED, job_id=job.id, data={"last": is_last})
            unit.events.add(event)
            return is_last

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(finish, leases))
    assert sorted(told) == [*[False] * 7, True]
    with records.unit_of_work(tenant.id) as unit:
        events = unit.events.of_job(job.id)
    assert [event.data["last"] for event in events] == [*[False] * 7, True], "ids grow in the order of commits"


def test_renewals_and_cancellations_at_once_do_not_block_each_other(records: PostgresRecords, tenant: Tenant) -> None:
    """Both change all items of a document; were it in different orders, the database would end one of them."""
    for _ in range(20):
        job = add_pages(records, tenant, 32, stage=Stage.EMBED)
        leases, start = claim(records, Capability.EMBED), threading.Barrier(3)

        def renew(held: list[Lease], begin: threading.Barrier = start) -> None:
            begin.wait()
            for _ in range(5):
                records.queue.extend(held, lease_s=30)

        with ThreadPoolExecutor(2) as pool:
            renewing = [pool.submit(renew, list(held)) for held in (leases, leases[::-1])]
            start.wait()
            with records.unit_of_work(tenant.id) as unit:
                unit.work.new_epoch(job.document_id)
            for done in renewing:
                done.result()
        assert {row.state for row in items(records, job)} == {"cancelled"}


def test_a_jobs_events_come_in_order_from_behind_one(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        job = unit.jobs.of_document(document.id)
        assert job is not None
        for page in range(1, 6):
            event = NewEvent(
                kind=EventKind.PAGE_FINISHED,
                document_id=document.id,
                job_id=job.id,
                data={"page": page, "state": "parsed"},
            )
            unit.events.add(event)
        unit.events.add(NewEvent(kind=EventKind.JOB_FINISHED, document_id=document.id, job_id=a_job(document).id))
    with records.unit_of_work(tenant.id) as unit:
        events = unit.events.of_job(job.id)
        assert [event.data["page"] for event in events] == [1, 2, 3, 4, 5]
        assert unit.events.of_job(job.id, after=events[1].id, limit=2) == events[2:4]
        assert {event.tenant_id for event in events} == {tenant.id}


def test_the_events_of_a_foreign_job_are_not_seen(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    job = add_work(records, tenant, [NewItem(Stage.OPEN)])
    with records.unit_of_work(tenant.id) as unit:
        unit.events.add(NewEvent(kind=EventKind.JOB_QUEUED, document_id=job.document_id, job_id=job.id))
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.events.of_job(job.id) == []


@pytest.mark.parametrize("state", [state for state in JobState if state.is_final])
def test_a_password_is_forgotten_when_its_job_ends_however_it_ends(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, state: JobState
) -> None:
    job = add_work(records, tenant, [NewItem(Stage.OPEN)])
    with records.unit_of_work(tenant.id) as unit:
        unit.jobs.keep_password(job.id, b"sealed")
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.jobs.sealed_password(job.id) is None
        unit.jobs.keep_password(job.id, b"another")
    with records.unit_of_work(tenant.id) as unit:
        unit.jobs.save(job.model_copy(update={"state": JobState.RUNNING}))
        assert unit.jobs.sealed_password(job.id) == b"sealed"
        unit.jobs.save(job.model_copy(update={"state": state}))
        assert unit.jobs.sealed_password(job.id) is None
