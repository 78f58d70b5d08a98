"""Takes events out of the outbox and brings each to its receivers, as often as it takes."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from docai.domain.events import Event
from docai.domain.ids import WebhookId
from docai.domain.webhooks import DueDelivery
from docai.errors import DocaiError, WrongSecretKey
from docai.protocols import Sealer, WebhookOutbox
from docai.telemetry import WEBHOOK_ATTEMPTS, log
from docai.webhooks.delivery import Outcome, Result, Sender
from docai.webhooks.schedule import report_of
from docai.webhooks.signature import signed_headers

LEASE_S = 90.0
"""Longer than an attempt can take, a slow resolver of names included: see `Sender`."""
SLOTS = 16
"""Attempts at once. They wait for others' servers, so threads cost little."""
SLOTS_PER_ENDPOINT = 4
EVENTS_AT_ONCE = 500
LOOK_EVERY_S = 1.0
"""How late a delivery may be noticed."""


class Dispatcher:
    """Delivers. Any number of them may run at once, in any process: the rows say who makes which attempt.

    No transaction is open while something is sent. An attempt whose process dies is made again under the same
    webhook-id when its lease has run out; receivers drop the repeat by that id.
    """

    def __init__(self, outbox: WebhookOutbox, sender: Sender, seal: Sealer, *, lease_s: float = LEASE_S) -> None:
        self._outbox = outbox
        self._sender = sender
        self._seal = seal
        self._lease_s = lease_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="docai-webhooks", daemon=True)

    def __enter__(self) -> Self:
        """Deliver from now on."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Begin no further attempt, and wait for those under way."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(LOOK_EVERY_S):
            try:
                self.run_once()
            except DocaiError as error:
                log("webhooks failed for now", level="warning", code=error.code)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the deliveries for good
                log("webhooks failed", level="error", exc_info=error)

    def run_once(self) -> int:
        """Deliver until nothing is due and nothing under way; gives how many attempts were made.

        What becomes due while a slow receiver is waited for is not kept waiting.

        Raises:
            StoreUnavailable: the database does not answer; attempts under way were finished, some may be made again.
        """
        n_attempts = 0
        running: dict[Future[None], WebhookId] = {}
        with ThreadPoolExecutor(SLOTS, "webhooks") as pool:
            while True:
                if not self._ending.is_set():
                    for due in self._due(list(running.values())):
                        running[pool.submit(self._attempt, due)] = due.endpoint_id
                        n_attempts += 1
                if not running:
                    return n_attempts
                ended, _ = wait(running, LOOK_EVERY_S, FIRST_COMPLETED)
                for attempt in ended:
                    del running[attempt]
                    attempt.result()

    def _due(self, receiving: Sequence[WebhookId]) -> Sequence[DueDelivery]:
        """Leases for the free slots; `receiving` has the endpoint of each slot that is taken."""
        while self._outbox.publish(EVENTS_AT_ONCE) == EVENTS_AT_ONCE:
            pass
        free = SLOTS - len(receiving)
        if free == 0:
            return []
        return self._outbox.claim(
            limit=free, per_endpoint=SLOTS_PER_ENDPOINT, receiving=receiving, lease_s=self._lease_s
        )

    def _attempt(self, due: DueDelivery) -> None:
        outcome = self._outcome(due)
        WEBHOOK_ATTEMPTS.labels(outcome.result).inc()
        report = report_of(outcome, due.attempts, random.random())  # noqa: S311 - spreads retries, guards nothing
        self._outbox.record(due, report)
        log(
            "webhook attempted",
            delivery=str(due.id),
            attempt=due.attempts,
            result=outcome.result.value,
            status=outcome.status,
            error=outcome.reason,
        )

    def _outcome(self, due: DueDelivery) -> Outcome:
        try:
            secrets = [self._seal.unseal(sealed).decode("ascii") for sealed in due.sealed_secrets]
        except WrongSecretKey as error:
            # Tried again by the schedule: there is time to give the process its key.
            log("webhook could not be signed", level="error", delivery=str(due.id), reason=error.message)
            return Outcome(Result.FAILED, reason=error.code)
        body = payload(due.event)
        headers = signed_headers(str(due.id), body, sent_at=datetime.now(UTC), signing_secrets=secrets)
        try:
            return self._sender.send(due.url, body, headers)
        except Exception as error:  # noqa: BLE001 - one receiver must not end the others' deliveries, nor go on for ever
            log("webhook failed", level="error", delivery=str(due.id), exc_info=error)
            return Outcome(Result.FAILED, reason="internal")


def payload(event: Event) -> bytes:
    """The body that tells of an event, the same bytes at every attempt: ids, states and counts, no document text."""
    subject = {"document_id": event.document_id, "job_id": event.job_id}
    ids = {name: str(value) for name, value in subject.items() if value is not None}
    told = {
        "type": event.kind.value,
        "timestamp": event.created_at.isoformat(),
        "data": {**ids, **event.data},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
