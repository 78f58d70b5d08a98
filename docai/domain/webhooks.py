"""WebhookEndpoint and WebhookDelivery: where events are sent, and how far each got."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.events import EventKind
from docai.domain.ids import DeliveryId, TenantId, WebhookId


class DeliveryState(StrEnum):
    """Where a delivery stands; the last two are final."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class WebhookEndpoint(BaseModel):
    """An address that a tenant wants events sent to."""

    model_config = ConfigDict(frozen=True)

    id: WebhookId
    tenant_id: TenantId
    url: str
    kinds: tuple[EventKind, ...] = ()
    """Which events; empty: all that are delivered at all."""
    is_enabled: bool = True
    disabled_reason: str | None = None
    created_at: datetime


class WebhookDelivery(BaseModel):
    """One event on its way to one endpoint."""

    model_config = ConfigDict(frozen=True)

    id: DeliveryId
    endpoint_id: WebhookId
    event_id: int
    kind: EventKind
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    """HTTP status of the last answer; None where none came."""
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None
