"""What a tenant may do with its webhooks: make, list, try and delete them, change a secret, send a delivery again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from docai.domain.events import EventKind
from docai.domain.ids import DeliveryId, TenantId, WebhookId
from docai.domain.webhooks import WebhookDelivery, WebhookEndpoint
from docai.protocols import Records, Sealer
from docai.webhooks.guard import Guard
from docai.webhooks.signature import new_secret

MAX_WEBHOOKS = 32
"""Of one tenant: each event becomes so many rows at most."""
OLD_SECRET_COUNTS_S = 86_400.0
"""How long a secret that was replaced signs as well: time to change it on the receiver's side."""


class Webhooks:
    """The webhooks of every tenant. Every call is on behalf of one and sees nothing of the others. Thread-safe.

    A call that names a webhook raises `WebhookNotFound` if the tenant has none of the id.
    """

    def __init__(self, records: Records, guard: Guard, seal: Sealer) -> None:
        self._records = records
        self._guard = guard
        self._seal = seal

    def create(self, tenant_id: TenantId, url: str, kinds: Sequence[EventKind] = ()) -> tuple[WebhookEndpoint, str]:
        """Have events sent to `url` from now on; gives the secret too, which cannot be read again.

        Args:
            tenant_id: On whose behalf.
            url: Where to.
            kinds: Which events; none: all.

        Raises:
            WebhookUrlRefused: webhooks may not be sent there.
            TooManyWebhooks: the tenant has as many as it may.
        """
        self._guard.admit(url)
        secret = new_secret()
        endpoint = WebhookEndpoint(
            id=WebhookId(uuid4()),
            tenant_id=tenant_id,
            url=url,
            kinds=tuple(dict.fromkeys(kinds)),
            created_at=datetime.now(UTC),
        )
        with self._records.unit_of_work(tenant_id) as unit:
            unit.webhooks.add(endpoint, self._sealed(secret), at_most=MAX_WEBHOOKS)
        return endpoint, secret

    def get(self, tenant_id: TenantId, webhook_id: WebhookId) -> WebhookEndpoint:
        """One webhook."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.get(webhook_id)

    def list(self, tenant_id: TenantId) -> Sequence[WebhookEndpoint]:
        """All of the tenant's, oldest first."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.list()

    def delete(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        """Send nothing more there, and forget what was sent."""
        with self._records.unit_of_work(tenant_id) as unit:
            unit.webhooks.delete(webhook_id)

    def rotate_secret(self, tenant_id: TenantId, webhook_id: WebhookId) -> tuple[WebhookEndpoint, str]:
        """Replace the secret; for a day every message is signed with the old one too."""
        secret = new_secret()
        with self._records.unit_of_work(tenant_id) as unit:
            endpoint = unit.webhooks.replace_secret(webhook_id, self._sealed(secret), old_counts_s=OLD_SECRET_COUNTS_S)
        return endpoint, secret

    def enable(self, tenant_id: TenantId, webhook_id: WebhookId) -> WebhookEndpoint:
        """Send to it again, after its receiver had answered 410."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.enable(webhook_id)

    def ping(self, tenant_id: TenantId, webhook_id: WebhookId) -> WebhookDelivery:
        """Have a ping sent to it, whatever events it wants.

        Raises:
            WebhookDisabled: nothing is sent to it any more.
        """
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.ping(webhook_id)

    def deliveries(
        self, tenant_id: TenantId, webhook_id: WebhookId, *, limit: int, after: int | None = None
    ) -> Sequence[WebhookDelivery]:
        """What was or will be sent to it, newest event first, from behind event `after`."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.deliveries(webhook_id, limit=limit, after=after)

    def redeliver(self, tenant_id: TenantId, webhook_id: WebhookId, delivery_id: DeliveryId) -> WebhookDelivery:
        """Have one delivery sent again now, under its webhook-id.

        Raises:
            DeliveryNotFound: the webhook has none of this id.
            WebhookDisabled: nothing is sent to it any more.
        """
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.webhooks.redeliver(webhook_id, delivery_id)

    def _sealed(self, secret: str) -> bytes:
        return self._seal.seal(secret.encode("ascii"))
