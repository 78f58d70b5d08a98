"""What operators and chores ask of the database, across tenants: is it well, what is behind, forget what is old."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session

from docai.domain.health import Lags

_TIMEOUT_MS = 5_000
"""Longest question of an operator: it must not hold up the work."""

# Written to the log and flushed with it like any change, without leaving a row behind.
_TRY_WRITING = text("""
SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery() AS is_read_only,
    CASE WHEN NOT pg_is_in_recovery() THEN pg_logical_emit_message(true, 'docai', 'still writable') END
""")

_LAGS = text("""
SELECT
    coalesce(extract(epoch FROM clock_timestamp() - (
        SELECT created_at FROM event WHERE NOT is_published ORDER BY id LIMIT 1)), 0) AS outbox,
    coalesce(extract(epoch FROM clock_timestamp() - (
        SELECT min(d.next_attempt_at) FROM webhook_delivery d
        JOIN webhook_endpoint e ON e.tenant_id = d.tenant_id AND e.id = d.endpoint_id AND e.is_enabled
        WHERE d.state = 'pending' AND d.next_attempt_at <= clock_timestamp())), 0) AS webhook
""")

_VIOLATIONS = text("""
WITH open_item AS (
    SELECT tenant_id, document_id, epoch, state, lease_until FROM work_item WHERE state = 'pending'
    UNION ALL
    SELECT tenant_id, document_id, epoch, state, lease_until FROM work_item WHERE state = 'leased'
), unfinished AS (
    SELECT tenant_id, id, epoch, remaining FROM document WHERE status IN ('queued', 'processing')
), counted AS (
    SELECT tenant_id, document_id, epoch, count(*) AS n FROM open_item GROUP BY tenant_id, document_id, epoch
)
SELECT
    (SELECT count(*) FROM open_item WHERE state = 'leased'
        AND lease_until < clock_timestamp() - make_interval(secs => 2 * :sweep_s)) AS lease_not_taken_back,
    (SELECT count(*) FROM counted c JOIN document d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
        WHERE d.status NOT IN ('queued', 'processing')) AS finished_document_with_work,
    (SELECT count(*) FROM counted c JOIN document d ON d.tenant_id = c.tenant_id AND d.id = c.document_id
        WHERE d.epoch <> c.epoch) AS work_of_another_epoch,
    (SELECT count(*) FROM unfinished u
        LEFT JOIN counted c ON c.tenant_id = u.tenant_id AND c.document_id = u.id AND c.epoch = u.epoch
        WHERE c.n IS NULL) AS unfinished_document_without_work,
    (SELECT count(*) FROM unfinished u
        JOIN counted c ON c.tenant_id = u.tenant_id AND c.document_id = u.id AND c.epoch = u.epoch
        WHERE c.n <> u.remaining) AS remaining_miscounted
""")

_FORGET_FINISHED = text("""
DELETE FROM work_item WHERE id IN (
    SELECT w.id FROM work_item w JOIN document d ON d.tenant_id = w.tenant_id AND d.id = w.document_id
    WHERE w.state IN ('done', 'cancelled') AND w.finished_at < clock_timestamp() - make_interval(secs => :age)
      AND d.status NOT IN ('queued', 'processing')
    ORDER BY w.finished_at LIMIT :limit FOR UPDATE OF w SKIP LOCKED
)
""")

_FORGET_DEAD = text("""
DELETE FROM work_item WHERE id IN (
    SELECT id FROM work_item
    WHERE state = 'dead' AND finished_at < clock_timestamp() - make_interval(secs => :age)
    ORDER BY finished_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
""")

# Ids ascend with time, so the walk along the primary key ends with the first event that is to be kept.
_FORGET_EVENTS = text("""
DELETE FROM event WHERE id IN (
    SELECT e.id FROM event e
    WHERE e.id < coalesce((
            SELECT k.id FROM event k WHERE k.created_at >= clock_timestamp() - make_interval(secs => :age)
            ORDER BY k.id LIMIT 1), 9223372036854775807)
      AND e.is_published
      AND NOT EXISTS (SELECT FROM webhook_delivery d WHERE d.event_id = e.id AND d.state = 'pending')
    ORDER BY e.id LIMIT :limit FOR UPDATE SKIP LOCKED
)
""")

_FORGET_WORKERS = text("DELETE FROM worker WHERE seen_at < clock_timestamp() - make_interval(secs => :age)")


class PostgresUpkeep:
    """`UpkeepRecords` over all tables."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def is_writable(self) -> bool:
        """Whether a transaction that writes can be committed."""
        with self._soon() as session:
            return not session.execute(_TRY_WRITING).one().is_read_only

    def lags(self) -> Lags:
        """How far what is sent to others is behind."""
        with self._soon() as session:
            found = session.execute(_LAGS).one()
        return Lags(outbox_s=float(found.outbox), webhook_s=float(found.webhook))

    def violations(self, *, sweep_s: float) -> Mapping[str, int]:
        """How often each rule is broken that no fault may break."""
        with self._soon() as session:
            return {**session.execute(_VIOLATIONS, {"sweep_s": sweep_s}).mappings().one()}

    def forget_finished_work(self, older_than_s: float, *, limit: int) -> int:
        """Delete items that were done or cancelled so long ago, of documents that are finished."""
        return self._forget(_FORGET_FINISHED, age=older_than_s, limit=limit)

    def forget_dead_work(self, older_than_s: float, *, limit: int) -> int:
        """Delete items that were given up so long ago."""
        return self._forget(_FORGET_DEAD, age=older_than_s, limit=limit)

    def forget_events(self, older_than_s: float, *, limit: int) -> int:
        """Delete events so old, unless a webhook delivery of them is still to come."""
        return self._forget(_FORGET_EVENTS, age=older_than_s, limit=limit)

    def forget_workers(self, older_than_s: float) -> int:
        """Delete workers that have said nothing for so long."""
        return self._forget(_FORGET_WORKERS, age=older_than_s)

    def _forget(self, statement: TextClause, **values: float) -> int:
        with self._transaction() as session:
            result = session.execute(statement, values)
            assert isinstance(result, CursorResult)
            return result.rowcount

    @contextmanager
    def _soon(self) -> Iterator[Session]:
        """A transaction whose statements give up soon."""
        with self._transaction() as session:
            session.execute(text(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}"))
            yield session
