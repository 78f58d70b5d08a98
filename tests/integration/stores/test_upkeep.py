"""What operators and chores ask of a real database: each broken rule is counted, and only what is old is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.documents import DocumentStatus
from docai.domain.events import EventKind, NewEvent
from docai.domain.ids import WorkerId
from docai.domain.jobs import Job
from docai.domain.work import Capability, ItemState, Lease, NewItem, Stage
from docai.domain.workers import WorkerReport, WorkerState
from docai.pipeline.forget import Forgetter, Retention
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_document, a_job

ALL_WELL = {
    "lease_not_taken_back": 0,
    "finished_document_with_work": 0,
    "work_of_another_epoch": 0,
    "unfinished_document_without_work": 0,
    "remaining_miscounted": 0,
}


def entered(records: PostgresRecords, tenant: Tenant, *, pages: int = 2) -> Job:
    """A document with a job and a work item for each page."""
    document = a_document(tenant, uuid4().bytes)
    job = a_job(document)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, job)
        unit.work.add(job, [NewItem(Stage.READ, number) for number in range(1, pages + 1)])
    return job


def finished(records: PostgresRecords, tenant: Tenant, job: Job, *, state: ItemState = ItemState.DONE) -> None:
    """All work of a document done, and the document with it."""
    for lease in claimed(records):
        with records.unit_of_work(tenant.id) as unit:
            unit.work.finish(lease, seconds=1.0, state=state)
    with records.unit_of_work(tenant.id) as unit:
        document = unit.documents.get(job.document_id)
        unit.documents.save(document.model_copy(update={"status": DocumentStatus.READY}))


def claimed(records: PostgresRecords) -> list[Lease]:
    leases: list[Lease] = []
    while batch := records.queue.claim(Capability.RASTER, WorkerId(uuid4()), lease_s=60):
        leases += batch
    return leases


def count(engine: Engine, table: str) -> int:
    with engine.begin() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def change(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_no_rule_is_broken_while_work_goes_its_way(records: PostgresRecords, tenant: Tenant) -> None:
    job = entered(records, tenant)
    assert records.upkeep.violations(sweep_s=5) == ALL_WELL
    finished(records, tenant, job)
    assert records.upkeep.violations(sweep_s=5) == ALL_WELL


@pytest.mark.parametrize(
    ("rule", "breaking", "n"),
    [
        ("finished_document_with_work", "UPDATE document SET status = 'ready'", 1),
        ("work_of_another_epoch", "UPDATE work_item SET epoch = 7 WHERE page_number = 1", 1),
        ("unfinished_document_without_work", "UPDATE work_item SET state = 'done'", 1),
        ("remaining_miscounted", "UPDATE document SET remaining = 3", 1),
        (
            "lease_not_taken_back",
            "UPDATE work_item SET state = 'leased', lease_until = clock_timestamp() - interval '11 seconds'",
            2,
        ),
    ],
)
def test_a_broken_rule_is_counted(
    records: PostgresRecords, tenant: Tenant, engine: Engine, rule: str, breaking: str, n: int
) -> None:
    entered(records, tenant)
    change(engine, breaking)
    assert records.upkeep.violations(sweep_s=5)[rule] == n


def test_lags_are_the_oldest_that_waits(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    assert records.upkeep.lags().model_dump() == {"outbox_s": 0.0, "webhook_s": 0.0}
    with records.unit_of_work(tenant.id) as unit:
        unit.events.add(NewEvent(kind=EventKind.JOB_FINISHED))
        unit.events.add(NewEvent(kind=EventKind.JOB_FINISHED))
    change(
        engine, "UPDATE event SET created_at = created_at - interval '1 minute' WHERE id = (SELECT min(id) FROM event)"
    )
    assert 60 <= records.upkeep.lags().outbox_s < 120


def test_a_database_that_is_read_only_is_not_writable(records: PostgresRecords, engine: Engine) -> None:
    assert records.upkeep.is_writable()
    read_only = make_engine(engine.url, pool_size=1)
    with read_only.begin() as connection:
        connection.execute(text("SELECT set_config('default_transaction_read_only', 'on', false)"))
    try:
        assert not PostgresRecords(read_only).upkeep.is_writable()
    finally:
        read_only.dispose()


def test_only_old_work_of_finished_documents_is_forgotten_and_its_cost_stays(
    records: PostgresRecords, tenant: Tenant, engine: Engine
) -> None:
    done = entered(records, tenant, pages=5)
    finished(records, tenant, done)
    half_done = entered(records, tenant, pages=3)
    with records.unit_of_work(tenant.id) as unit:
        unit.work.finish(claimed(records)[0], seconds=1.0)
    change(engine, "UPDATE work_item SET finished_at = finished_at - interval '8 days' WHERE finished_at IS NOT NULL")
    change(
        engine,
        "UPDATE work_item SET finished_at = clock_timestamp() WHERE id = (SELECT max(id) FROM work_item w "
        f"WHERE w.document_id = '{done.document_id}')",
    )
    week_s = timedelta(days=7).total_seconds()
    assert records.upkeep.forget_finished_work(week_s, limit=3) == 3
    assert records.upkeep.forget_finished_work(week_s, limit=3) == 1
    assert records.upkeep.forget_finished_work(week_s, limit=3) == 0
    assert count(engine, "work_item") == 4
    assert count(engine, f"work_item WHERE document_id = '{half_done.document_id}'") == 3
    assert count(engine, "usage") == 6
    assert records.upkeep.violations(sweep_s=5) == ALL_WELL


def test_dead_work_is_kept_for_its_own_time(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    finished(records, tenant, entered(records, tenant), state=ItemState.DEAD)
    assert records.upkeep.forget_finished_work(0, limit=10) == 0
    assert records.upkeep.forget_dead_work(60, limit=10) == 0
    assert records.upkeep.forget_dead_work(0, limit=10) == 2
    assert count(engine, "work_item") == 0


def test_old_events_are_forgotten_once_nobody_waits_for_them(
    records: PostgresRecords, tenant: Tenant, engine: Engine
) -> None:
    with records.unit_of_work(tenant.id) as unit:
        for _ in range(4):
            unit.events.add(NewEvent(kind=EventKind.JOB_FINISHED))
    change(
        engine, "UPDATE event SET created_at = created_at - interval '40 days' WHERE id < (SELECT max(id) FROM event)"
    )
    change(engine, "UPDATE event SET is_published = true WHERE id > (SELECT min(id) FROM event)")
    endpoint = uuid4()
    change(
        engine,
        "INSERT INTO webhook_endpoint (tenant_id, id, url, kinds, sealed_secret, is_enabled, created_at) "
        f"VALUES ('{tenant.id}', '{endpoint}', 'https://example.com', '{{}}', '', true, now())",
    )
    change(
        engine,
        "INSERT INTO webhook_delivery (tenant_id, id, endpoint_id, event_id, state, attempts) "
        f"SELECT '{tenant.id}', gen_random_uuid(), '{endpoint}', min(id) + 1, 'pending', 0 FROM event",
    )
    month_s = timedelta(days=30).total_seconds()
    assert records.upkeep.forget_events(month_s, limit=10) == 1
    assert count(engine, "event") == 3
    change(engine, "UPDATE event SET is_published = true")
    change(engine, "UPDATE webhook_delivery SET state = 'given_up'")
    assert records.upkeep.forget_events(month_s, limit=1) == 1
    assert records.upkeep.forget_events(month_s, limit=10) == 1
    assert records.upkeep.forget_events(month_s, limit=10) == 0


def test_a_long_backlog_is_forgotten_a_little_at_a_time_and_what_is_young_stays(
    records: PostgresRecords, tenant: Tenant, engine: Engine
) -> None:
    job = entered(records, tenant, pages=3)
    finished(records, tenant, job)
    change(
        engine,
        "INSERT INTO work_item (tenant_id, document_id, job_id, stage, page_number, capability, bucket, epoch, state,"
        " priority, finished_at) SELECT tenant_id, document_id, job_id, stage, n, capability, bucket, epoch, state,"
        " priority, clock_timestamp() - interval '8 days' FROM work_item, generate_series(10, 2510) n"
        " WHERE page_number = 1",
    )
    change(
        engine,
        "INSERT INTO event (tenant_id, kind, data, created_at, is_published)"
        f" SELECT '{tenant.id}', 'job.finished', '{{}}', clock_timestamp() - interval '31 days', true"
        " FROM generate_series(1, 1001)",
    )
    kept = Retention(work_days=7, dead_days=90, event_days=30, query_days=30, worker_days=1)
    forgetter = Forgetter(records, kept)
    assert forgetter.forget() == 2501 + 1001
    assert forgetter.forget() == 0
    assert count(engine, "work_item") == 3


def test_workers_that_went_silent_are_forgotten(records: PostgresRecords, engine: Engine) -> None:
    report = WorkerReport(
        id=WorkerId(uuid4()),
        name="host:1",
        capabilities=(Capability.RASTER,),
        state=WorkerState.READY,
        started_at=datetime.now(UTC),
        n_leased=0,
        n_done=0,
        idle_s=0,
    )
    records.queue.report(report)
    assert records.upkeep.forget_workers(60) == 0
    assert records.upkeep.forget_workers(0) == 1
