"""From events to deliveries, and who may make the next attempt at one: for all tenants, by the database's clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Row, func, literal, null, select, text, update
from sqlalchemy.orm import Session

from docai.domain.events import Event, EventKind
from docai.domain.ids import DeliveryId, DocumentId, JobId, TenantId, WebhookId
from docai.domain.webhooks import AttemptReport, DeliveryState, DueDelivery
from docai.stores.postgres.work import NOW
from docai.stores.postgres.work_tables import WebhookDeliveryRow, WebhookEndpointRow

_PUBLISH = text("""
WITH news AS (
    SELECT id, tenant_id, kind FROM event WHERE NOT is_published ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
), wanted AS (  -- held, so that an endpoint which is being deleted is either gone or stays until its rows are in
    SELECT news.id AS event_id, e.tenant_id, e.id AS endpoint_id
    FROM news JOIN webhook_endpoint e ON e.tenant_id = news.tenant_id
    WHERE e.is_enabled AND (e.kinds = '{}' OR news.kind = ANY (e.kinds))
    FOR KEY SHARE OF e
), entered AS (
    INSERT INTO webhook_delivery (tenant_id, id, endpoint_id, event_id, state, attempts, next_attempt_at)
    SELECT tenant_id, gen_random_uuid(), endpoint_id, event_id, 'pending', 0, clock_timestamp() FROM wanted
    ON CONFLICT (endpoint_id, event_id) DO NOTHING
)
UPDATE event SET is_published = true FROM news WHERE event.id = news.id
""")

_CLAIM = text("""
WITH receiving AS (  -- what this dispatcher has under way
    SELECT e.tenant_id, e.id, count(*) AS load
    FROM unnest(CAST(:receiving AS uuid[])) AS r (id) JOIN webhook_endpoint e ON e.id = r.id GROUP BY e.tenant_id, e.id
), waiting AS (  -- each endpoint's next ones, with its place among those under way there
    SELECT d.*, coalesce(r.load, 0) + row_number() OVER (PARTITION BY e.id ORDER BY d.next_attempt_at, d.id) AS place
    FROM webhook_endpoint e LEFT JOIN receiving r ON r.id = e.id CROSS JOIN LATERAL (
        SELECT w.tenant_id, w.id, w.next_attempt_at FROM webhook_delivery w
        WHERE w.endpoint_id = e.id AND w.state = 'pending' AND w.next_attempt_at <= now()
        ORDER BY w.next_attempt_at, w.event_id LIMIT :per_endpoint
    ) d
    WHERE e.is_enabled AND e.id IN (  -- so that looking in vain, which happens most, costs one look
        SELECT endpoint_id FROM webhook_delivery WHERE state = 'pending' AND next_attempt_at <= now()
    )
), turns AS (  -- the tenant and the endpoint with the fewest under way first; some to spare for other dispatchers
    SELECT w.tenant_id, w.id, w.next_attempt_at, coalesce(t.load, 0)
        + row_number() OVER (PARTITION BY w.tenant_id ORDER BY w.place, w.next_attempt_at) AS turn
    FROM waiting w LEFT JOIN (SELECT tenant_id, sum(load) AS load FROM receiving GROUP BY tenant_id) t USING (tenant_id)
    WHERE w.place <= :per_endpoint ORDER BY turn, w.next_attempt_at LIMIT 4 * :limit
), due AS (
    SELECT d.tenant_id, d.id FROM turns JOIN webhook_delivery d ON d.tenant_id = turns.tenant_id AND d.id = turns.id
    WHERE d.state = 'pending' AND d.next_attempt_at <= now()
    ORDER BY turns.turn, turns.next_attempt_at LIMIT :limit FOR UPDATE OF d SKIP LOCKED
)
UPDATE webhook_delivery d
SET attempts = d.attempts + 1, lease_token = d.lease_token + 1,
    next_attempt_at = clock_timestamp() + make_interval(secs => :lease_s)
FROM due, webhook_endpoint e, event v
WHERE d.tenant_id = due.tenant_id AND d.id = due.id AND e.tenant_id = d.tenant_id AND e.id = d.endpoint_id
  AND v.id = d.event_id
RETURNING d.id, d.tenant_id, d.endpoint_id, d.event_id, d.attempts, d.lease_token, e.url, e.sealed_secret,
    CASE WHEN e.old_secret_until > clock_timestamp() THEN e.sealed_old_secret END AS sealed_old_secret,
    v.kind, v.document_id, v.job_id, v.data, v.created_at
""")
"""A lease is a delivery whose next attempt lies ahead: if nothing is recorded by then, it is simply due again."""


class PostgresOutbox:
    """`WebhookOutbox` over the tables of events and deliveries."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def publish(self, limit: int) -> int:
        """Make the deliveries that follow from the oldest new events."""
        with self._transaction() as session:
            return session.connection().execute(_PUBLISH, {"limit": limit}).rowcount

    def claim(
        self, *, limit: int, per_endpoint: int, receiving: Collection[WebhookId], lease_s: float
    ) -> Sequence[DueDelivery]:
        """Lease deliveries that are due."""
        values = {"limit": limit, "per_endpoint": per_endpoint, "receiving": list(receiving), "lease_s": lease_s}
        with self._transaction() as session:
            rows = session.execute(_CLAIM, values).all()
        return sorted((_due_of(row) for row in rows), key=lambda due: due.event.id)

    def record(self, due: DueDelivery, report: AttemptReport) -> bool:
        """Keep what became of an attempt, unless another one has begun meanwhile."""
        later = null() if report.next_in_s is None else NOW + func.make_interval(0, 0, 0, 0, 0, 0, report.next_in_s)
        outcome = {
            "state": report.state,
            "next_attempt_at": later,
            "last_status": report.status,
            "last_error": report.error,
            "delivered_at": NOW if report.state is DeliveryState.DELIVERED else null(),
        }
        mine = (WebhookDeliveryRow.tenant_id == due.tenant_id, WebhookDeliveryRow.id == due.id)
        with self._transaction() as session:
            if report.disabled_reason is not None:
                # Before the delivery: two attempts that are told to stop would else wait for one another's.
                _hold_endpoint(session, due)
            held = update(WebhookDeliveryRow).where(*mine, WebhookDeliveryRow.lease_token == due.token)
            is_held = session.execute(held.values(outcome).returning(literal(1))).first() is not None
            if is_held and report.disabled_reason is not None:
                _disable(session, due, report.disabled_reason)
        return is_held


def _hold_endpoint(session: Session, due: DueDelivery) -> None:
    mine = (WebhookEndpointRow.tenant_id == due.tenant_id, WebhookEndpointRow.id == due.endpoint_id)
    session.execute(select(WebhookEndpointRow.id).where(*mine).with_for_update(key_share=True))


def _disable(session: Session, due: DueDelivery, reason: str) -> None:
    """Nothing more to this endpoint, and nothing of what waits for it."""
    mine = (WebhookEndpointRow.tenant_id == due.tenant_id, WebhookEndpointRow.id == due.endpoint_id)
    session.execute(update(WebhookEndpointRow).where(*mine).values(is_enabled=False, disabled_reason=reason))
    of_it = (WebhookDeliveryRow.tenant_id == due.tenant_id, WebhookDeliveryRow.endpoint_id == due.endpoint_id)
    waiting = (*of_it, WebhookDeliveryRow.state == DeliveryState.PENDING)
    given_up = {
        "state": DeliveryState.GIVEN_UP,
        "next_attempt_at": null(),
        "last_error": reason,
        # An attempt that is under way to the same endpoint does not bring its delivery back.
        "lease_token": WebhookDeliveryRow.lease_token + 1,
    }
    session.execute(update(WebhookDeliveryRow).where(*waiting).values(given_up))


def _due_of(row: Row[Any]) -> DueDelivery:
    event = Event(
        id=row.event_id,
        tenant_id=TenantId(row.tenant_id),
        kind=EventKind(row.kind),
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        job_id=None if row.job_id is None else JobId(row.job_id),
        data=from_json(row.data),
        created_at=row.created_at,
    )
    return DueDelivery(
        id=DeliveryId(row.id),
        tenant_id=event.tenant_id,
        endpoint_id=WebhookId(row.endpoint_id),
        url=row.url,
        sealed_secrets=tuple(secret for secret in (row.sealed_secret, row.sealed_old_secret) if secret is not None),
        event=event,
        attempts=row.attempts,
        token=row.lease_token,
    )
