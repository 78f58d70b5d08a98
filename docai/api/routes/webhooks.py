"""Make, list, try and delete webhooks; see and repeat what was sent."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from docai.api.dependencies import ListPageDep, TenantDep, WebhooksDep, cursor_after
from docai.api.schemas.webhooks import (
    DeliveryListOut,
    DeliveryOut,
    WebhookIn,
    WebhookListOut,
    WebhookOut,
    WebhookWithSecretOut,
)
from docai.domain.ids import DeliveryId, WebhookId
from docai.errors import InvalidRequest

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

MAX_EVENT_ID = 2**63 - 1
"""The largest that the database can hold."""


@router.post("", status_code=201)
def create_webhook(
    wanted: WebhookIn, response: Response, webhooks: WebhooksDep, tenant_id: TenantDep
) -> WebhookWithSecretOut:
    """Have events sent to a URL from now on. The secret is shown in this answer and never again."""
    endpoint, secret = webhooks.create(tenant_id, wanted.url, wanted.kinds)
    response.headers["Location"] = f"/v1/webhooks/{endpoint.id}"
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretOut.with_secret(endpoint, secret)


@router.get("")
def list_webhooks(webhooks: WebhooksDep, tenant_id: TenantDep) -> WebhookListOut:
    """All webhooks, oldest first."""
    return WebhookListOut(data=[WebhookOut.of(endpoint) for endpoint in webhooks.list(tenant_id)])


@router.get("/{webhook_id}")
def read_webhook(webhook_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep) -> WebhookOut:
    """One webhook."""
    return WebhookOut.of(webhooks.get(tenant_id, WebhookId(webhook_id)))


@router.delete("/{webhook_id}", status_code=204)
def delete_webhook(webhook_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep) -> None:
    """Send nothing more to it, and forget what was sent."""
    webhooks.delete(tenant_id, WebhookId(webhook_id))


@router.post("/{webhook_id}:rotate-secret")
def rotate_secret(
    webhook_id: UUID, response: Response, webhooks: WebhooksDep, tenant_id: TenantDep
) -> WebhookWithSecretOut:
    """Replace the secret. For 24 hours every message is signed with the old one as well."""
    endpoint, secret = webhooks.rotate_secret(tenant_id, WebhookId(webhook_id))
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretOut.with_secret(endpoint, secret)


@router.post("/{webhook_id}:enable")
def enable_webhook(webhook_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep) -> WebhookOut:
    """Send to it again, after its receiver had answered 410."""
    return WebhookOut.of(webhooks.enable(tenant_id, WebhookId(webhook_id)))


@router.post("/{webhook_id}:test", status_code=202)
def try_webhook(webhook_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep) -> DeliveryOut:
    """Have a `ping` sent to it, whatever events it wants."""
    return DeliveryOut.of(webhooks.ping(tenant_id, WebhookId(webhook_id)))


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    webhook_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep, page: ListPageDep
) -> DeliveryListOut:
    """What was sent or is to be sent to it, newest event first."""
    after = None if page.after is None else _event_id(page.after)
    found = webhooks.deliveries(tenant_id, WebhookId(webhook_id), limit=page.limit + 1, after=after)
    shown, has_more = found[: page.limit], len(found) > page.limit
    return DeliveryListOut(
        data=[DeliveryOut.of(delivery) for delivery in shown],
        has_more=has_more,
        next_cursor=cursor_after(shown[-1].event_id) if has_more else None,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}:redeliver", status_code=202)
def redeliver(webhook_id: UUID, delivery_id: UUID, webhooks: WebhooksDep, tenant_id: TenantDep) -> DeliveryOut:
    """Have one delivery sent again now, under the same `webhook-id`, with ten attempts before it."""
    return DeliveryOut.of(webhooks.redeliver(tenant_id, WebhookId(webhook_id), DeliveryId(delivery_id)))


def _event_id(cursor: str) -> int:
    # Its length first: Python reads no number of thousands of digits.
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 20 and int(cursor) <= MAX_EVENT_ID):
        raise InvalidRequest("cursor: not one that we gave.")
    return int(cursor)
