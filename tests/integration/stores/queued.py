"""Documents with work in the queue, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from docai.domain.access import Tenant
from docai.domain.documents import DocumentFacts
from docai.domain.ids import WorkerId
from docai.domain.jobs import Job, Priority
from docai.domain.work import Capability, Lease, NewItem, Stage
from docai.pipeline.record import Recorder
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_document, a_job

LEASE_S = 30.0


def add_work(
    records: PostgresRecords,
    tenant: Tenant,
    items: Sequence[NewItem],
    *,
    priority: Priority = Priority.NORMAL,
    content: bytes = b"",
) -> Job:
    """A new document whose job has these items."""
    document = a_document(tenant, content or uuid4().bytes)
    job = a_job(document).model_copy(update={"priority": priority})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, job)
        unit.work.add(job, items)
    return job


def add_pages(
    records: PostgresRecords, tenant: Tenant, n: int = 1, *, stage: Stage = Stage.PARSE, bucket: str = "a", **more: Any
) -> Job:
    """A new document whose job has one item for each of `n` pages."""
    items = [NewItem(stage, number, bucket=bucket) for number in range(1, n + 1)]
    return add_work(records, tenant, items, **more)


def add_opened(records: PostgresRecords, tenant: Tenant, n_pages: int) -> Job:
    """A new document that was opened by a worker: its pages stand before being read."""
    job = add_work(records, tenant, [NewItem(Stage.OPEN)])
    (lease,) = claim(records, Capability.RASTER)
    Recorder(records).opened(lease, DocumentFacts(n_pages=n_pages), seconds=0.1)
    return job


def claim(
    records: PostgresRecords,
    capability: Capability = Capability.PARSE,
    *,
    owner: WorkerId | None = None,
    lease_s: float = LEASE_S,
) -> Sequence[Lease]:
    """What a worker gets."""
    return records.queue.claim(capability, owner or WorkerId(uuid4()), lease_s=lease_s)


def let_run_out(records: PostgresRecords, leases: Sequence[Lease]) -> None:
    """Their workers said nothing for longer than a lease."""
    _set(records, leases, "lease_until = clock_timestamp() - interval '1 second'")


def make_due(records: PostgresRecords, leases: Sequence[Lease]) -> None:
    """The time that their items were put off for is over."""
    _set(records, leases, "run_at = clock_timestamp()")


def items(records: PostgresRecords, job: Job) -> list[Any]:
    """The job's rows in the queue, in the order in which they were entered."""
    with records._transaction() as session:
        rows = session.execute(text("SELECT * FROM work_item WHERE job_id = :job ORDER BY id"), {"job": job.id})
        return list(rows)


def remaining(records: PostgresRecords, job: Job) -> int:
    """The fan-in counter of the job's document."""
    with records._transaction() as session:
        document = {"document": job.document_id}
        counted = session.execute(text("SELECT remaining FROM document WHERE id = :document"), document)
        return int(counted.scalar_one())


def _set(records: PostgresRecords, leases: Sequence[Lease], change: str) -> None:
    with records._transaction() as session:
        ids = [lease.item.id for lease in leases]
        session.execute(text(f"UPDATE work_item SET {change} WHERE id = ANY(:ids)"), {"ids": ids})
