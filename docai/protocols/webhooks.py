"""What the record of webhooks and of their deliveries must do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from docai.domain.ids import DeliveryId, WebhookId
from docai.domain.webhooks import AttemptReport, DueDelivery, WebhookDelivery, WebhookEndpoint


class WebhookRecords(Protocol):
    """The webhooks of one tenant. A call that names one raises `WebhookNotFound` if the tenant has none of the id."""

    def add(self, endpoint: WebhookEndpoint, sealed_secret: bytes, *, at_most: int) -> None:
        """Keep a new one.

        Raises:
            TooManyWebhooks: the tenant has `at_most` already.
        """

    def get(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """One of them."""

    def list(self) -> Sequence[WebhookEndpoint]:
        """All of them, oldest first."""

    def delete(self, webhook_id: WebhookId) -> None:
        """Forget one with its deliveries; what is being sent at this moment still arrives."""

    def replace_secret(self, webhook_id: WebhookId, sealed_secret: bytes, *, old_counts_s: float) -> WebhookEndpoint:
        """Give one a new secret; the old one signs as well for `old_counts_s` seconds more."""

    def enable(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """Send to it again."""

    def ping(self, webhook_id: WebhookId) -> WebhookDelivery:
        """Have a ping sent to it alone.

        Raises:
            WebhookDisabled: nothing is sent to it any more.
        """

    def deliveries(self, webhook_id: WebhookId, *, limit: int, after: int | None = None) -> Sequence[WebhookDelivery]:
        """Its deliveries, newest event first, from behind event `after`."""

    def redeliver(self, webhook_id: WebhookId, delivery_id: DeliveryId) -> WebhookDelivery:
        """Have one delivery sent again now, whatever became of it, with all its attempts before it.

        Raises:
            DeliveryNotFound: the webhook has none of this id.
            WebhookDisabled: nothing is sent to it any more.
        """


class WebhookOutbox(Protocol):
    """The deliveries of all tenants, as a dispatcher sees them. Times are the database's own. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def publish(self, limit: int) -> int:
        """Make the deliveries that follow from the oldest `limit` new events, once each; gives how many events."""

    def claim(
        self, *, limit: int, per_endpoint: int, receiving: Collection[WebhookId], lease_s: float
    ) -> Sequence[DueDelivery]:
        """Lease deliveries that are due; the tenant and the endpoint with the fewest attempts under way come first.

        Args:
            limit: Most of all.
            per_endpoint: Most of one endpoint, those under way included: one that hangs does not hold up the others.
            receiving: Of the attempts that the caller has under way, the endpoint of each.
            lease_s: After so many seconds without a record the attempt counts as failed, and another one is made.
        """

    def record(self, due: DueDelivery, report: AttemptReport) -> bool:
        """Keep what became of an attempt; False if the lease ran out or the delivery was asked for anew meanwhile."""
