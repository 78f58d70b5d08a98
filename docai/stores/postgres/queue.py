"""The work of all tenants, as workers see it: claims, renewals, what ran out, what waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from docai.domain.documents import Fault
from docai.domain.ids import DocumentId, JobId, TenantId, WorkerId
from docai.domain.work import Capability, ItemState, Lease, Stage, WorkItem
from docai.domain.workers import DeadItem, QueueDepth, WorkerReport, WorkerState, WorkerStatus
from docai.stores.postgres.work import NOW
from docai.stores.postgres.work_tables import WorkerRow, WorkItemRow

_SWEEP_LOCK = 0x7377656570
"""One sweeps at a time: the letters of the word as a number."""
_WORKER_SEEN_S = 120
"""A worker that said nothing for so long is not shown any more."""

_SIZES = json.dumps({stage: stage.batch_size for stage in Stage})
CLAIM = text("""
WITH RECURSIVE lines AS (  -- a loose index scan: each tenant's work of each priority costs one look, however much it is
    (SELECT tenant_id, priority, run_at FROM work_item WHERE capability = :capability AND state = 'pending'
     ORDER BY tenant_id, priority, run_at LIMIT 1)
    UNION ALL
    SELECT following.* FROM lines CROSS JOIN LATERAL (
        SELECT w.tenant_id, w.priority, w.run_at FROM work_item w
        WHERE w.capability = :capability AND w.state = 'pending'
          AND (w.tenant_id, w.priority) > (lines.tenant_id, lines.priority)
        ORDER BY w.tenant_id, w.priority, w.run_at LIMIT 1
    ) following
), loads AS (
    SELECT tenant_id, count(*) AS n FROM work_item WHERE state = 'leased' GROUP BY tenant_id
), head AS (  -- the first item of the first line in which others do not hold everything just now
    SELECT one.* FROM (  -- the tenant with the least work leased first, of each what is most urgent
        SELECT tenant_id, priority, coalesce(n, 0) AS load,
            first_value(run_at) OVER (PARTITION BY tenant_id ORDER BY priority) AS since
        FROM lines LEFT JOIN loads USING (tenant_id) WHERE run_at <= statement_timestamp()
        ORDER BY load, since, tenant_id, priority
    ) turns CROSS JOIN LATERAL (
        SELECT id, tenant_id, priority, stage, bucket, crashes FROM work_item
        WHERE capability = :capability AND state = 'pending' AND tenant_id = turns.tenant_id
          AND priority = turns.priority AND run_at <= statement_timestamp()
        ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) one
    ORDER BY turns.load, turns.since, turns.tenant_id, turns.priority LIMIT 1
), batch AS (
    SELECT w.id FROM work_item w, head
    WHERE w.state = 'pending' AND w.tenant_id = head.tenant_id AND w.stage = head.stage AND w.bucket = head.bucket
      AND w.priority = head.priority AND w.run_at <= statement_timestamp()
      AND (w.id = head.id OR (head.crashes = 0 AND w.crashes = 0))
    ORDER BY w.run_at, w.id
    LIMIT (SELECT CASE WHEN crashes > 0 THEN 1 ELSE (CAST(:sizes AS jsonb) ->> stage)::int END FROM head)
    FOR UPDATE OF w SKIP LOCKED
)
UPDATE work_item SET state = 'leased', lease_owner = :owner, lease_token = lease_token + 1, lease_solo = (crashes > 0),
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
FROM batch WHERE work_item.id = batch.id
RETURNING work_item.*
""").columns(*WorkItemRow.__table__.c)
"""Times are compared with the statement's begin, which unlike the clock is one value that an index can be asked for."""


class PostgresQueue:
    """`WorkQueue` over the table of work items."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def claim(self, capability: Capability, owner: WorkerId, *, lease_s: float) -> Sequence[Lease]:
        """Lease the work that is due next, a batch of one stage and bucket."""
        with self._transaction() as session:
            rows = session.execute(CLAIM, claim_values(capability, owner, lease_s=lease_s)).all()
        return sorted((_lease_of(row) for row in rows), key=lambda lease: lease.item.id)

    def extend(self, leases: Sequence[Lease], *, lease_s: float) -> set[int]:
        """Renew leases; gives the ids of the items that are still held."""
        until = NOW + func.make_interval(0, 0, 0, 0, 0, 0, lease_s)
        held = update(WorkItemRow).where(_held(leases)).values(lease_until=until).returning(WorkItemRow.id)
        with self._transaction() as session:
            return set(session.scalars(held))

    def hand_back(self, leases: Sequence[Lease]) -> None:
        """Return items that were not begun; nothing is counted against them."""
        returned = {"state": ItemState.PENDING, "lease_owner": None, "lease_until": None, "lease_solo": False}
        with self._transaction() as session:
            session.execute(update(WorkItemRow).where(_held(leases)).values(returned))

    def expired(self, limit: int) -> Sequence[Lease]:
        """Leases that ran out, the longest ago first."""
        past = (WorkItemRow.state == ItemState.LEASED, WorkItemRow.lease_until < NOW)
        oldest = select(*WorkItemRow.__table__.c).where(*past).order_by(WorkItemRow.lease_until).limit(limit)
        with self._transaction() as session:
            return [_lease_of(row) for row in session.execute(oldest)]

    def overdue(self, after_s: float) -> Sequence[Capability]:
        """Capabilities with work that has been due for `after_s` seconds and that nobody took."""
        due_since = NOW - func.make_interval(0, 0, 0, 0, 0, 0, after_s)
        with self._transaction() as session:
            return [
                capability
                for capability in Capability
                if session.scalar(
                    select(WorkItemRow.id)
                    .where(WorkItemRow.capability == capability, _IS_PENDING, WorkItemRow.run_at < due_since)
                    .limit(1)
                )
            ]

    def release_all(self) -> int:
        """Let every lease run out now, and say how many."""
        with self._transaction() as session:
            leased = update(WorkItemRow).where(WorkItemRow.state == ItemState.LEASED)
            ended = leased.values(lease_until=func.to_timestamp(0)).returning(WorkItemRow.id)
            return len(session.scalars(ended).all())

    @contextmanager
    def sweeping(self) -> Iterator[bool]:
        """Whether this process may sweep now; the lock goes with the transaction, however the process ends."""
        with self._transaction() as session:
            yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(_SWEEP_LOCK))))

    def depths(self) -> Sequence[QueueDepth]:
        """How much work waits, by capability."""
        is_due = WorkItemRow.run_at <= NOW
        counted = (
            select(
                WorkItemRow.capability,
                func.count().filter(_IS_PENDING).label("n_pending"),
                func.count().filter(_IS_PENDING, ~is_due).label("n_delayed"),
                func.count().filter(WorkItemRow.state == ItemState.LEASED).label("n_leased"),
                func.count().filter(WorkItemRow.state == ItemState.DEAD).label("n_dead"),
                func.extract("epoch", NOW - func.min(case((_IS_PENDING & is_due, WorkItemRow.run_at)))).label("oldest"),
            )
            # One condition for each partial index; finished work, which is most of the table, is not read.
            .where(_IS_PENDING | (WorkItemRow.state == ItemState.LEASED) | (WorkItemRow.state == ItemState.DEAD))
            .group_by(WorkItemRow.capability)
        )
        with self._transaction() as session:
            found = {row.capability: row for row in session.execute(counted)}
        return [_depth_of(capability, found.get(capability)) for capability in Capability]

    def dead(self, limit: int, *, ids: Collection[int] | None = None) -> Sequence[DeadItem]:
        """Items that were given up, newest first; only those of `ids`, where given."""
        dead = select(*WorkItemRow.__table__.c).where(WorkItemRow.state == ItemState.DEAD)
        if ids is not None:
            dead = dead.where(WorkItemRow.id.in_(ids))
        newest = dead.order_by(WorkItemRow.finished_at.desc(), WorkItemRow.id.desc()).limit(limit)
        with self._transaction() as session:
            return [_dead_of(row) for row in session.execute(newest)]

    def report(self, worker: WorkerReport) -> None:
        """Keep what a worker says of itself."""
        said = worker.model_dump(exclude={"id"}) | {"seen_at": NOW}
        kept = insert(WorkerRow).values(id=worker.id, **said)
        with self._transaction() as session:
            session.execute(kept.on_conflict_do_update(index_elements=["id"], set_=said))

    def forget_worker(self, worker_id: WorkerId) -> None:
        """A worker left in good order."""
        with self._transaction() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def workers(self) -> Sequence[WorkerStatus]:
        """Workers that said something lately, newest first."""
        ago = func.extract("epoch", NOW - WorkerRow.seen_at).label("ago")
        lately = select(*WorkerRow.__table__.c, ago).where(ago < _WORKER_SEEN_S).order_by(ago)
        with self._transaction() as session:
            return [_worker_of(row) for row in session.execute(lately)]


_IS_PENDING = WorkItemRow.state == ItemState.PENDING


def claim_values(capability: Capability, owner: WorkerId, *, lease_s: float) -> dict[str, Any]:
    """What `CLAIM` is executed with."""
    return {"capability": capability, "owner": owner, "lease_s": lease_s, "sizes": _SIZES}


def _held(leases: Sequence[Lease]) -> ColumnElement[bool]:
    tokens = [(lease.item.id, lease.token) for lease in leases]
    return and_(tuple_(WorkItemRow.id, WorkItemRow.lease_token).in_(tokens), WorkItemRow.state == ItemState.LEASED)


def _lease_of(row: Row[Any]) -> Lease:
    item = WorkItem(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        document_id=DocumentId(row.document_id),
        job_id=JobId(row.job_id),
        stage=Stage(row.stage),
        page_number=row.page_number,
        epoch=row.epoch,
        priority=row.priority,
        errors=row.errors,
        crashes=row.crashes,
        solo_crashes=row.solo_crashes,
    )
    return Lease(item=item, owner=WorkerId(row.lease_owner), token=row.lease_token, is_solo=row.lease_solo)


def _depth_of(capability: Capability, row: Any) -> QueueDepth:  # noqa: ANN401 - a row of a query with its own columns
    return QueueDepth(
        capability=capability,
        n_pending=row.n_pending if row else 0,
        n_delayed=row.n_delayed if row else 0,
        n_leased=row.n_leased if row else 0,
        n_dead=row.n_dead if row else 0,
        oldest_due_s=float(row.oldest or 0.0) if row else 0.0,
    )


def _dead_of(row: Row[Any]) -> DeadItem:
    return DeadItem(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        document_id=DocumentId(row.document_id),
        job_id=JobId(row.job_id),
        stage=Stage(row.stage),
        page_number=row.page_number,
        errors=row.errors,
        crashes=row.crashes,
        fault=None if row.fault_code is None else Fault(code=row.fault_code, message=row.fault_message or ""),
        finished_at=row.finished_at,
    )


def _worker_of(row: Any) -> WorkerStatus:  # noqa: ANN401 - a row of a query with its own columns
    return WorkerStatus(
        id=WorkerId(row.id),
        name=row.name,
        capabilities=tuple(Capability(name) for name in row.capabilities),
        state=WorkerState(row.state),
        started_at=row.started_at,
        n_leased=row.n_leased,
        n_done=row.n_done,
        idle_s=row.idle_s,
        seen_s_ago=float(row.ago),
    )
