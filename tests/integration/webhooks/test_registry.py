"""What a tenant may do with its webhooks, and that no other tenant sees anything of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.events import EventKind
from docai.domain.ids import DeliveryId, WebhookId
from docai.domain.webhooks import DeliveryState
from docai.errors import (
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookDisabled,
    WebhookNotFound,
    WebhookUrlRefused,
)
from docai.webhooks.dispatch import Dispatcher
from docai.webhooks.registry import MAX_WEBHOOKS, Webhooks
from tests.integration.webhooks.conftest import Happen
from tests.integration.webhooks.receiver import receiver

URL = "http://127.0.0.1:9/hook"


def test_a_webhook_is_kept_with_its_secret_sealed(webhooks: Webhooks, tenant: Tenant, engine: Engine) -> None:
    made, secret = webhooks.create(tenant.id, URL, [EventKind.JOB_FINISHED, EventKind.JOB_FINISHED])
    assert secret.startswith("whsec_")
    assert webhooks.get(tenant.id, made.id) == made
    assert webhooks.list(tenant.id) == [made]
    assert (made.url, made.kinds, made.is_enabled) == (URL, (EventKind.JOB_FINISHED,), True)
    with engine.connect() as connection:
        sealed = connection.execute(text("SELECT sealed_secret FROM webhook_endpoint")).scalar_one()
    assert secret.removeprefix("whsec_").encode() not in bytes(sealed)


@pytest.mark.parametrize("url", ["http://example.com/", "https://169.254.169.254/", "https://[::1]/", "nonsense"])
def test_a_url_that_leads_inside_is_refused_at_once(webhooks: Webhooks, tenant: Tenant, url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        webhooks.create(tenant.id, url)
    assert webhooks.list(tenant.id) == []


def test_a_tenant_has_so_many_webhooks_and_no_more_even_at_once(webhooks: Webhooks, tenant: Tenant) -> None:
    def make(_: int) -> bool:
        try:
            webhooks.create(tenant.id, URL)
        except TooManyWebhooks:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(make, range(MAX_WEBHOOKS + 8))) == MAX_WEBHOOKS
    webhooks.delete(tenant.id, webhooks.list(tenant.id)[0].id)
    assert make(0)


@pytest.mark.parametrize(
    "call",
    [
        lambda hooks, tenant, hook: hooks.get(tenant, hook),
        lambda hooks, tenant, hook: hooks.delete(tenant, hook),
        lambda hooks, tenant, hook: hooks.rotate_secret(tenant, hook),
        lambda hooks, tenant, hook: hooks.enable(tenant, hook),
        lambda hooks, tenant, hook: hooks.ping(tenant, hook),
        lambda hooks, tenant, hook: hooks.deliveries(tenant, hook, limit=10),
        lambda hooks, tenant, hook: hooks.redeliver(tenant, hook, DeliveryId(uuid4())),
    ],
)
def test_another_tenants_webhook_is_not_there(
    webhooks: Webhooks, tenant: Tenant, other_tenant: Tenant, call: Callable[..., Any]
) -> None:
    mine, _ = webhooks.create(tenant.id, URL)
    for hook in (mine.id, WebhookId(uuid4())):
        with pytest.raises(WebhookNotFound):
            call(webhooks, other_tenant.id, hook)
    assert webhooks.list(other_tenant.id) == []
    assert webhooks.get(tenant.id, mine.id) == mine


def test_another_tenants_delivery_is_not_there(webhooks: Webhooks, tenant: Tenant, other_tenant: Tenant) -> None:
    mine, _ = webhooks.create(tenant.id, URL)
    theirs, _ = webhooks.create(other_tenant.id, URL)
    ping = webhooks.ping(tenant.id, mine.id)
    with pytest.raises(DeliveryNotFound):
        webhooks.redeliver(other_tenant.id, theirs.id, ping.id)
    assert webhooks.deliveries(other_tenant.id, theirs.id, limit=10) == []


def test_deliveries_are_read_to_their_end(webhooks: Webhooks, tenant: Tenant) -> None:
    hook, _ = webhooks.create(tenant.id, URL)
    pings = [webhooks.ping(tenant.id, hook.id) for _ in range(5)]
    first = webhooks.deliveries(tenant.id, hook.id, limit=3)
    rest = webhooks.deliveries(tenant.id, hook.id, limit=3, after=first[-1].event_id)
    assert [*first, *rest] == pings[::-1]
    assert {ping.state for ping in pings} == {DeliveryState.PENDING}


def test_a_deleted_webhook_leaves_no_delivery(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen, engine: Engine
) -> None:
    with receiver() as there:
        hook, _ = webhooks.create(tenant.id, there.url)
        webhooks.ping(tenant.id, hook.id)
        webhooks.delete(tenant.id, hook.id)
        happen(tenant, EventKind.JOB_FINISHED)
        assert dispatcher.run_once() == 0
        assert there.received == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM webhook_delivery")).scalar_one() == 0


def test_a_disabled_webhook_takes_nothing_until_it_is_enabled(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher
) -> None:
    with receiver(lambda number: (410 if number == 1 else 204, {})) as there:
        hook, _ = webhooks.create(tenant.id, there.url)
        ping = webhooks.ping(tenant.id, hook.id)
        dispatcher.run_once()
        disabled = webhooks.get(tenant.id, hook.id)
        assert (disabled.is_enabled, disabled.disabled_reason) == (False, "gone")
        with pytest.raises(WebhookDisabled):
            webhooks.ping(tenant.id, hook.id)
        with pytest.raises(WebhookDisabled):
            webhooks.redeliver(tenant.id, hook.id, ping.id)
        enabled = webhooks.enable(tenant.id, hook.id)
        assert (enabled.is_enabled, enabled.disabled_reason) == (True, None)
        webhooks.redeliver(tenant.id, hook.id, ping.id)
        assert dispatcher.run_once() == 1
    (delivery,) = webhooks.deliveries(tenant.id, hook.id, limit=10)
    assert (delivery.state, delivery.last_error) == (DeliveryState.DELIVERED, None)
