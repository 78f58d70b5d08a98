"""From events to receivers: once each, again when it fails, under one id, and never for another tenant."""

import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from standardwebhooks import Webhook, WebhookVerificationError

from docai.domain.access import Tenant
from docai.domain.events import EventKind
from docai.domain.webhooks import AttemptReport, DeliveryState, WebhookDelivery
from docai.protocols import WebhookOutbox
from docai.sealing import Seal
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.outbox import PostgresOutbox
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.webhooks.delivery import Outcome, Sender
from docai.webhooks.dispatch import SLOTS, SLOTS_PER_ENDPOINT, Dispatcher
from docai.webhooks.guard import Guard
from docai.webhooks.registry import Webhooks
from tests.integration.webhooks.conftest import Happen
from tests.integration.webhooks.receiver import dripping, receiver


def make_due(engine: Engine) -> None:
    """Let the waits of every delivery be over."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE webhook_delivery SET next_attempt_at = now() WHERE state = 'pending'"))


def eventually(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def only(webhooks: Webhooks, tenant: Tenant) -> WebhookDelivery:
    (hook,) = webhooks.list(tenant.id)
    (delivery,) = webhooks.deliveries(tenant.id, hook.id, limit=10)
    return delivery


def test_an_event_arrives_signed_and_thin(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen
) -> None:
    with receiver() as there:
        _, secret = webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED, state="succeeded", pages_done=3)
        assert dispatcher.run_once() == 1
        assert dispatcher.run_once() == 0
    (got,) = there.received
    told = Webhook(secret).verify(got.body, dict(got.headers))
    assert told == json.loads(got.body)
    assert (told["type"], told["data"]) == ("job.finished", {"state": "succeeded", "pages_done": 3})
    assert datetime.fromisoformat(told["timestamp"]).tzinfo is not None
    delivery = only(webhooks, tenant)
    assert got.headers["webhook-id"] == str(delivery.id)
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DELIVERED, 1, 204)
    assert delivery.delivered_at is not None
    assert delivery.next_attempt_at is None


def test_each_endpoint_gets_each_event_it_wants_once(
    webhooks: Webhooks, tenant: Tenant, other_tenant: Tenant, dispatcher: Dispatcher, happen: Happen
) -> None:
    with receiver() as all_of_it, receiver() as ends, receiver() as theirs:
        webhooks.create(tenant.id, all_of_it.url)
        webhooks.create(tenant.id, ends.url, [EventKind.JOB_FINISHED])
        webhooks.create(other_tenant.id, theirs.url)
        happen(tenant, EventKind.JOB_QUEUED, EventKind.JOB_STARTED, EventKind.PAGE_FINISHED, EventKind.JOB_FINISHED)
        assert dispatcher.run_once() == 4
        told = sorted(json.loads(request.body)["type"] for request in all_of_it.received)
        assert told == ["job.finished", "job.queued", "job.started"]
        assert [json.loads(request.body)["type"] for request in ends.received] == ["job.finished"]
        assert theirs.received == []
        assert len(set(all_of_it.ids + ends.ids)) == 4


def test_a_ping_goes_to_the_one_that_is_tried(webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher) -> None:
    with receiver() as tried, receiver() as other:
        hook, _ = webhooks.create(tenant.id, tried.url, [EventKind.JOB_FINISHED])
        webhooks.create(tenant.id, other.url)
        webhooks.ping(tenant.id, hook.id)
        assert dispatcher.run_once() == 1
        assert [json.loads(request.body)["type"] for request in tried.received] == ["ping"]
        assert other.received == []


def test_many_dispatchers_send_everything_once(
    webhooks: Webhooks,
    tenant: Tenant,
    happen: Happen,
    records: PostgresRecords,
    guard: Guard,
    seal: Seal,
) -> None:
    with receiver() as one, receiver() as two:
        for there in (one, two):
            webhooks.create(tenant.id, there.url)
        happen(tenant, *[EventKind.JOB_FINISHED] * 100)
        dispatchers = [Dispatcher(records.outbox, Sender(guard, timeout_s=5), seal) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            assert sum(pool.map(Dispatcher.run_once, dispatchers)) == 200
        for there in (one, two):
            assert len(there.ids) == len(set(there.ids)) == 100


def test_what_one_dispatcher_is_taking_another_leaves_alone(
    webhooks: Webhooks, tenant: Tenant, happen: Happen, engine: Engine, records: PostgresRecords
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    @contextmanager
    def held() -> Iterator[Session]:
        with Session(engine) as session, session.begin():
            yield session
            reached.set()
            go_on.wait(20)

    def beside(call: Callable[[WebhookOutbox], int]) -> tuple[int, int]:
        """What the call gives in a transaction that is held open, and to another one meanwhile."""
        reached.clear()
        go_on.clear()
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(call, PostgresOutbox(held))
            assert reached.wait(10)
            second = pool.submit(call, records.outbox)
            try:
                meanwhile = second.result(5)
            finally:
                go_on.set()
            return first.result(), meanwhile

    webhooks.create(tenant.id, "http://127.0.0.1:9/")
    happen(tenant, EventKind.JOB_FINISHED)
    assert beside(lambda outbox: outbox.publish(10)) == (1, 0)
    assert beside(lambda outbox: len(outbox.claim(limit=9, per_endpoint=9, receiving=[], lease_s=60))) == (1, 0)


def test_an_event_that_is_published_twice_is_sent_once(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen, engine: Engine
) -> None:
    with receiver() as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        dispatcher.run_once()
        with engine.begin() as connection:
            connection.execute(text("UPDATE event SET is_published = false"))
        assert dispatcher.run_once() == 0
        assert len(there.received) == 1


def test_a_failing_receiver_is_tried_by_the_schedule_and_then_given_up(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen, engine: Engine
) -> None:
    with receiver(lambda number: (500, {})) as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        waits = []
        for _ in range(10):
            make_due(engine)
            assert dispatcher.run_once() == 1
            with engine.connect() as connection:
                wait = "SELECT extract(epoch FROM next_attempt_at - clock_timestamp())::float FROM webhook_delivery"
                waits.append(connection.execute(text(wait)).scalar_one())
        make_due(engine)
        assert dispatcher.run_once() == 0
        assert len(there.ids) == 10
        assert len(set(there.ids)) == 1
        assert len({request.body for request in there.received}) == 1
    least = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert all(low - 2 <= wait <= low * 1.2 for low, wait in zip(least, waits[:9], strict=True))
    delivery = only(webhooks, tenant)
    assert waits[9] is None
    assert (delivery.state, delivery.attempts) == (DeliveryState.GIVEN_UP, 10)
    assert (delivery.last_status, delivery.last_error) == (500, "http_status")


def test_a_receiver_that_recovers_gets_the_same_message(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen, engine: Engine
) -> None:
    with receiver(lambda number: (500 if number < 3 else 200, {})) as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        for _ in range(3):
            make_due(engine)
            dispatcher.run_once()
        assert len(set(there.ids)) == 1
    delivery = only(webhooks, tenant)
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DELIVERED, 3, 200)


def test_a_pause_that_is_asked_for_is_kept(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen
) -> None:
    with receiver(lambda number: (503, {"Retry-After": "1000"})) as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        dispatcher.run_once()
    delivery = only(webhooks, tenant)
    assert delivery.next_attempt_at is not None
    assert 900 < (delivery.next_attempt_at - delivery.created_at).total_seconds() < 1100


def test_a_receiver_that_is_gone_gets_nothing_more(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen, engine: Engine
) -> None:
    with receiver(lambda number: (410, {})) as there:
        hook, _ = webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        dispatcher.run_once()
        happen(tenant, *[EventKind.JOB_FINISHED] * 3)
        make_due(engine)
        assert dispatcher.run_once() == 0
        assert len(there.received) == 1
    assert not webhooks.get(tenant.id, hook.id).is_enabled
    assert only(webhooks, tenant).state is DeliveryState.GIVEN_UP


def test_attempts_that_are_told_to_stop_at_once_do_not_lock_one_another_out(
    webhooks: Webhooks, tenant: Tenant, happen: Happen, records: PostgresRecords
) -> None:
    gone = AttemptReport(DeliveryState.GIVEN_UP, status=410, error="gone", disabled_reason="gone")
    webhooks.create(tenant.id, "http://127.0.0.1:1/")
    for _ in range(10):
        (hook,) = webhooks.list(tenant.id)
        webhooks.enable(tenant.id, hook.id)
        happen(tenant, *[EventKind.JOB_FINISHED] * 4)
        records.outbox.publish(4)
        leased = records.outbox.claim(limit=4, per_endpoint=4, receiving=[], lease_s=60)
        with ThreadPoolExecutor(4) as pool:
            recorded = [pool.submit(records.outbox.record, due, gone) for due in leased]
        assert sum(record.result() for record in recorded) == 1


def test_a_receiver_that_we_fail_at_is_given_up_and_keeps_nobody_waiting(
    webhooks: Webhooks, tenant: Tenant, happen: Happen, records: PostgresRecords, guard: Guard, seal: Seal
) -> None:
    class Failing(Sender):
        def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
            raise RuntimeError("a fault of ours")

    webhooks.create(tenant.id, "http://127.0.0.1:1/")
    happen(tenant, EventKind.JOB_FINISHED)
    assert Dispatcher(records.outbox, Failing(guard, timeout_s=1), seal).run_once() == 1
    delivery = only(webhooks, tenant)
    assert (delivery.state, delivery.attempts, delivery.last_error) == (DeliveryState.PENDING, 1, "internal")
    assert delivery.next_attempt_at is not None
    assert (delivery.next_attempt_at - delivery.created_at).total_seconds() < 60


@pytest.fixture
def patient(records: PostgresRecords, guard: Guard, seal: Seal) -> Dispatcher:
    """Waits for an answer longer than any test here takes."""
    return Dispatcher(records.outbox, Sender(guard, timeout_s=30), seal)


def test_a_hanging_receiver_does_not_hold_up_another(
    webhooks: Webhooks, tenant: Tenant, happen: Happen, patient: Dispatcher
) -> None:
    with receiver() as well, dripping(b"", b"") as hanging:
        hook, _ = webhooks.create(tenant.id, hanging.url)
        webhooks.create(tenant.id, well.url)
        happen(tenant, *[EventKind.JOB_FINISHED] * 40)
        dispatching = threading.Thread(target=patient.run_once)
        dispatching.start()
        eventually(lambda: len(well.received) == 40)
        assert len(hanging.received) == SLOTS_PER_ENDPOINT
        webhooks.delete(tenant.id, hook.id)
    dispatching.join()


def test_a_tenant_whose_receivers_all_hang_does_not_hold_up_another(
    webhooks: Webhooks, tenant: Tenant, other_tenant: Tenant, happen: Happen, dispatcher: Dispatcher
) -> None:
    with dripping(b"", b"") as hanging, receiver() as well, receiver() as theirs:
        for _ in range(8):
            webhooks.create(tenant.id, hanging.url)
        happen(tenant, *[EventKind.JOB_FINISHED] * 10)
        dispatching = threading.Thread(target=dispatcher.run_once)
        dispatching.start()
        eventually(lambda: len(hanging.received) == SLOTS)
        webhooks.create(tenant.id, well.url)
        webhooks.create(other_tenant.id, theirs.url)
        happen(other_tenant, EventKind.JOB_FINISHED)
        happen(tenant, EventKind.JOB_FINISHED)
        eventually(lambda: len(theirs.received) == len(well.received) == 1)
        # Of 80 that were there before, all were due earlier; at most the slots were filled once more meanwhile.
        assert len(hanging.received) <= 2 * SLOTS
        for hook in webhooks.list(tenant.id):
            webhooks.delete(tenant.id, hook.id)
    dispatching.join()


def test_both_secrets_count_while_one_is_being_changed(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, engine: Engine
) -> None:
    with receiver() as there:
        hook, old = webhooks.create(tenant.id, there.url)
        _, new = webhooks.rotate_secret(tenant.id, hook.id)
        webhooks.ping(tenant.id, hook.id)
        dispatcher.run_once()
        with engine.begin() as connection:
            connection.execute(text("UPDATE webhook_endpoint SET old_secret_until = now()"))
        webhooks.ping(tenant.id, hook.id)
        dispatcher.run_once()
    during, after = ((request.body, dict(request.headers)) for request in there.received)
    assert old != new
    for secret in (old, new):
        assert Webhook(secret).verify(*during)
    assert Webhook(new).verify(*after)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(*after)


def test_a_delivery_is_sent_again_on_request_under_its_id(
    webhooks: Webhooks, tenant: Tenant, dispatcher: Dispatcher, happen: Happen
) -> None:
    with receiver() as there:
        hook, _ = webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        dispatcher.run_once()
        again = webhooks.redeliver(tenant.id, hook.id, only(webhooks, tenant).id)
        assert (again.state, again.attempts) == (DeliveryState.PENDING, 0)
        dispatcher.run_once()
        assert len(there.ids) == 2
        assert len(set(there.ids)) == 1
    assert only(webhooks, tenant).state is DeliveryState.DELIVERED


def test_a_dispatcher_without_the_key_sends_nothing_unsigned(
    webhooks: Webhooks,
    tenant: Tenant,
    happen: Happen,
    records: PostgresRecords,
    guard: Guard,
    dispatcher: Dispatcher,
    engine: Engine,
) -> None:
    with receiver() as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        stranger = Dispatcher(records.outbox, Sender(guard, timeout_s=2), Seal("A" * 43 + "="))
        assert stranger.run_once() == 1
        assert there.received == []
        assert only(webhooks, tenant).last_error == "wrong_secret_key"
        make_due(engine)
        dispatcher.run_once()
        assert len(there.received) == 1


KILLED = textwrap.dedent("""
    import os, sys
    from ipaddress import ip_network
    from docai.sealing import Seal
    from docai.stores.postgres.engine import make_engine
    from docai.stores.postgres.unit_of_work import PostgresRecords
    from docai.webhooks.delivery import Sender
    from docai.webhooks.dispatch import Dispatcher
    from docai.webhooks.guard import Guard

    class Dying(Sender):
        def send(self, *args):
            assert super().send(*args).status == 204
            os.kill(os.getpid(), 9)

    url, key = sys.argv[1:]
    sender = Dying(Guard([ip_network("127.0.0.0/8")]), timeout_s=5)
    Dispatcher(PostgresRecords(make_engine(url, pool_size=5)).outbox, sender, Seal(key), lease_s=1).run_once()
""")


def test_a_process_killed_after_sending_sends_again_under_the_same_id(
    webhooks: Webhooks,
    tenant: Tenant,
    happen: Happen,
    dispatcher: Dispatcher,
    postgres: EmbeddedPostgres,
    secret_key: str,
) -> None:
    with receiver() as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        command = [sys.executable, "-c", KILLED, postgres.url, secret_key]
        died = subprocess.run(command, check=False, timeout=60, env={**os.environ})
        assert died.returncode == -9
        assert only(webhooks, tenant).state is DeliveryState.PENDING
        deadline = time.monotonic() + 10
        while dispatcher.run_once() == 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(there.ids) == 2
        assert len(set(there.ids)) == 1
    delivery = only(webhooks, tenant)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)


def test_what_is_recorded_after_the_lease_ran_out_does_not_count(
    webhooks: Webhooks, tenant: Tenant, happen: Happen, records: PostgresRecords, guard: Guard, seal: Seal
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(Sender):
        def send(self, *args: object) -> object:  # type: ignore[override]
            entered.set()
            go_on.wait(20)
            return super().send("http://127.0.0.1:9/", b"", {})

    with receiver() as there:
        webhooks.create(tenant.id, there.url)
        happen(tenant, EventKind.JOB_FINISHED)
        late = Dispatcher(records.outbox, Slow(guard, timeout_s=2), seal, lease_s=0.2)
        thread = threading.Thread(target=late.run_once)
        thread.start()
        assert entered.wait(10)
        late._ending.set()
        time.sleep(0.4)
        quick = Dispatcher(records.outbox, Sender(guard, timeout_s=2), seal)
        assert quick.run_once() == 1
        go_on.set()
        thread.join()
    assert only(webhooks, tenant).state is DeliveryState.DELIVERED


def test_it_runs_until_it_is_stopped_and_outlives_a_database_that_is_away(
    webhooks: Webhooks,
    tenant: Tenant,
    happen: Happen,
    dispatcher: Dispatcher,
    guard: Guard,
    seal: Seal,
    free_port: Callable[[], int],
) -> None:
    away = PostgresRecords(make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/none", pool_size=1))
    without = Dispatcher(away.outbox, Sender(guard, timeout_s=2), seal)
    with receiver() as there:
        webhooks.create(tenant.id, there.url)
        with dispatcher, without:
            happen(tenant, EventKind.JOB_FINISHED)
            deadline = time.monotonic() + 10
            while not there.received and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(1)
            assert without._thread.is_alive()
        assert len(there.received) == 1
    assert only(webhooks, tenant).state is DeliveryState.DELIVERED
    away.close()
