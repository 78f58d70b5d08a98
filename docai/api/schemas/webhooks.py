"""Webhooks and their deliveries on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.wire import WireModel
from docai.domain.events import EventKind
from docai.domain.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint

WantedKind = Literal[EventKind.JOB_QUEUED, EventKind.JOB_STARTED, EventKind.JOB_FINISHED, EventKind.DOCUMENT_DELETED]
"""What can be asked for: a page's end goes to those who watch the job, a ping comes on request."""


class WebhookIn(WireModel):
    """Where events are to be sent."""

    url: str = Field(
        description="Begins with https:// and leads to a public address, on port 443.",
        examples=["https://example.com/docai-events"],
        min_length=1,
        max_length=2000,
    )
    kinds: list[WantedKind] = Field(default=[], description="Which events; empty: all of these.", max_length=20)


class WebhookOut(WireModel):
    """A webhook."""

    id: UUID
    url: str
    kinds: list[EventKind] = Field(description="Which events are sent; empty: all.")
    is_enabled: bool
    disabled_reason: str | None = Field(description="`gone`: the receiver answered 410, so nothing more is sent to it.")
    created_at: datetime

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> Self:
        """From the domain."""
        return cls(**_shown(endpoint))


class WebhookWithSecretOut(WebhookOut):
    """A webhook with its secret, which is shown this once."""

    secret: str = Field(description="Verifies signatures by Standard Webhooks.", examples=["whsec_" + "A" * 43 + "="])

    @classmethod
    def with_secret(cls, endpoint: WebhookEndpoint, secret: str) -> Self:
        """From the domain."""
        return cls(**_shown(endpoint), secret=secret)


class WebhookListOut(WireModel):
    """All webhooks, oldest first."""

    data: list[WebhookOut]


class DeliveryOut(WireModel):
    """One event on its way to one webhook."""

    id: UUID = Field(description="The `webhook-id` of every attempt.")
    webhook_id: UUID
    event_id: int
    kind: EventKind
    state: DeliveryState
    attempts: int = Field(description="Begun so far; ten at most, then it is `given_up`.")
    next_attempt_at: datetime | None
    last_status: int | None = Field(description="HTTP status of the last answer; null where none came.")
    last_error: str | None = Field(
        description="Why the last attempt failed: `http_status`, `timed_out`, `connection_failed`, "
        "`certificate_refused`, `answer_unreadable`, `address_refused`, `name_not_found`, `url_refused`."
    )
    created_at: datetime
    delivered_at: datetime | None

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        """From the domain."""
        return cls(**delivery.model_dump(exclude={"endpoint_id"}), webhook_id=delivery.endpoint_id)


class DeliveryListOut(WireModel):
    """Deliveries, newest event first."""

    data: list[DeliveryOut]
    has_more: bool
    next_cursor: str | None = Field(description="Give it as `cursor` to read on.")


def _shown(endpoint: WebhookEndpoint) -> dict[str, object]:
    return endpoint.model_dump(exclude={"tenant_id"}) | {"kinds": list(endpoint.kinds)}
