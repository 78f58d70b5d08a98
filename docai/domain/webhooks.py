"""Where events are sent, how far each got, and what an attempt at sending one needs and brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.events import Event, EventKind
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


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """The right to make one attempt at a delivery until the lease runs out; each claim gives a new token."""

    id: DeliveryId
    tenant_id: TenantId
    endpoint_id: WebhookId
    url: str
    sealed_secrets: tuple[bytes, ...]
    """What to sign with: the endpoint's secret, and the one before while it still counts."""
    event: Event
    attempts: int
    """Which attempt this is, from 1."""
    token: int


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """What became of a delivery by an attempt."""

    state: DeliveryState
    next_in_s: float | None = None
    """When to try again, seconds from now; None for a final state."""
    status: int | None = None
    error: str | None = None
    disabled_reason: str | None = None
    """Set: the endpoint gets nothing more, and why."""
