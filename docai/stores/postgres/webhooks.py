"""Webhooks and their deliveries, always within one tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, delete, func, insert, null, select, true, update
from sqlalchemy.orm import Session

from docai.domain.events import EventKind
from docai.domain.ids import DeliveryId, TenantId, WebhookId
from docai.domain.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from docai.errors import DeliveryNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound
from docai.stores.postgres.tables import TenantRow
from docai.stores.postgres.work import NOW
from docai.stores.postgres.work_tables import EventRow, WebhookDeliveryRow, WebhookEndpointRow


class PostgresWebhooks:
    """`WebhookRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, endpoint: WebhookEndpoint, sealed_secret: bytes, *, at_most: int) -> None:
        """Keep a new one."""
        if endpoint.tenant_id != self._tenant_id:
            raise ValueError("a webhook of another tenant")
        # The tenant is held, so that requests at the same time count one another.
        self._session.execute(select(TenantRow.id).where(TenantRow.id == self._tenant_id).with_for_update())
        mine = select(func.count()).where(WebhookEndpointRow.tenant_id == self._tenant_id)
        if self._session.scalars(mine).one() >= at_most:
            raise TooManyWebhooks(f"There are {at_most} webhooks already; delete one first.", limit=at_most)
        self._session.add(WebhookEndpointRow(**endpoint.model_dump(), sealed_secret=sealed_secret))
        self._session.flush()

    def get(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """One of them."""
        return _endpoint_of(self._row(webhook_id))

    def list(self) -> Sequence[WebhookEndpoint]:
        """All of them, oldest first."""
        mine = select(WebhookEndpointRow).where(WebhookEndpointRow.tenant_id == self._tenant_id)
        rows = self._session.scalars(mine.order_by(WebhookEndpointRow.created_at, WebhookEndpointRow.id))
        return [_endpoint_of(row) for row in rows]

    def delete(self, webhook_id: WebhookId) -> None:
        """Forget one with its deliveries."""
        gone = delete(WebhookEndpointRow).where(*self._is(webhook_id)).returning(WebhookEndpointRow.id)
        if self._session.scalars(gone).first() is None:
            raise _no_webhook(webhook_id)

    def replace_secret(self, webhook_id: WebhookId, sealed_secret: bytes, *, old_counts_s: float) -> WebhookEndpoint:
        """Give one a new secret; the old one signs as well for a while."""
        return self._changed(
            webhook_id,
            sealed_secret=sealed_secret,
            sealed_old_secret=WebhookEndpointRow.sealed_secret,
            old_secret_until=NOW + func.make_interval(0, 0, 0, 0, 0, 0, old_counts_s),
        )

    def enable(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """Send to it again."""
        return self._changed(webhook_id, is_enabled=true(), disabled_reason=null())

    def ping(self, webhook_id: WebhookId) -> WebhookDelivery:
        """Have a ping sent to it alone."""
        self._must_be_enabled(webhook_id)
        # Published at once: the delivery beside it is the only one that follows from it.
        event = insert(EventRow).values(tenant_id=self._tenant_id, kind=EventKind.PING, data={}, is_published=True)
        delivery_id = DeliveryId(uuid4())
        self._session.execute(
            insert(WebhookDeliveryRow).values(
                tenant_id=self._tenant_id,
                id=delivery_id,
                endpoint_id=webhook_id,
                event_id=self._session.scalars(event.returning(EventRow.id)).one(),
                state=DeliveryState.PENDING,
                attempts=0,
                next_attempt_at=NOW,
            )
        )
        return self._delivery(webhook_id, delivery_id)

    def deliveries(self, webhook_id: WebhookId, *, limit: int, after: int | None = None) -> Sequence[WebhookDelivery]:
        """Its deliveries, newest event first."""
        self._row(webhook_id)
        found = _DELIVERIES.where(*self._of(webhook_id)).order_by(WebhookDeliveryRow.event_id.desc()).limit(limit)
        if after is not None:
            found = found.where(WebhookDeliveryRow.event_id < after)
        return [_delivery_of(row) for row in self._session.execute(found)]

    def redeliver(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> WebhookDelivery:
        """Have one delivery sent again now."""
        self._must_be_enabled(webhook_id)
        anew = update(WebhookDeliveryRow).where(*self._of(webhook_id), WebhookDeliveryRow.id == delivery_id)
        self._session.execute(
            anew.values(
                state=DeliveryState.PENDING,
                attempts=0,
                next_attempt_at=NOW,
                delivered_at=null(),
                # An attempt that is under way has the old token: what becomes of it does not end this one.
                lease_token=WebhookDeliveryRow.lease_token + 1,
            )
        )
        return self._delivery(webhook_id, delivery_id)

    def _delivery(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> WebhookDelivery:
        row = self._session.execute(_DELIVERIES.where(*self._of(webhook_id), WebhookDeliveryRow.id == delivery_id))
        found = row.first()
        if found is None:
            raise DeliveryNotFound(f"There is no delivery {delivery_id}.")
        return _delivery_of(found)

    def _must_be_enabled(self, webhook_id: WebhookId) -> None:
        row = self._row(webhook_id)
        if not row.is_enabled:
            raise WebhookDisabled(f"Nothing is sent to this webhook ({row.disabled_reason}); enable it first.")

    def _changed(self, webhook_id: WebhookId, **columns: Any) -> WebhookEndpoint:  # noqa: ANN401 - SQL expressions
        change = update(WebhookEndpointRow).where(*self._is(webhook_id)).values(**columns).returning(WebhookEndpointRow)
        row = self._session.scalars(change).first()
        if row is None:
            raise _no_webhook(webhook_id)
        return _endpoint_of(row)

    def _row(self, webhook_id: WebhookId) -> WebhookEndpointRow:
        row = self._session.scalars(select(WebhookEndpointRow).where(*self._is(webhook_id))).first()
        if row is None:
            raise _no_webhook(webhook_id)
        return row

    def _is(self, webhook_id: WebhookId) -> tuple[Any, ...]:
        return (WebhookEndpointRow.tenant_id == self._tenant_id, WebhookEndpointRow.id == webhook_id)

    def _of(self, webhook_id: WebhookId) -> tuple[Any, ...]:
        return (WebhookDeliveryRow.tenant_id == self._tenant_id, WebhookDeliveryRow.endpoint_id == webhook_id)


_DELIVERIES = select(WebhookDeliveryRow, EventRow.kind).join(EventRow, EventRow.id == WebhookDeliveryRow.event_id)


def _no_webhook(webhook_id: WebhookId) -> WebhookNotFound:
    return WebhookNotFound(f"There is no webhook {webhook_id}.")


def _endpoint_of(row: WebhookEndpointRow) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=WebhookId(row.id),
        tenant_id=TenantId(row.tenant_id),
        url=row.url,
        kinds=tuple(EventKind(kind) for kind in row.kinds),
        is_enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,
        created_at=row.created_at,
    )


def _delivery_of(found: Row[WebhookDeliveryRow, str]) -> WebhookDelivery:
    row, kind = found
    return WebhookDelivery(
        id=DeliveryId(row.id),
        endpoint_id=WebhookId(row.endpoint_id),
        event_id=row.event_id,
        kind=EventKind(kind),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
    )
