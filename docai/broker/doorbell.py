"""The doorbell that Celery workers hear: a message without payload, sent beside the caller's work."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from celery import Celery
from kombu import Producer

from docai.broker.celery_app import WORK
from docai.broker.reach import reason_away
from docai.domain.work import Capability
from docai.telemetry import BELLS, log

MOST_WAITING = 100
"""Messages in a queue, however long its workers are busy: each of them looks for work until there is none, so more
would wake nobody else. None expires, which would take the clocks of all machines to agree."""
_RETRY_S = 1.0
_FAREWELL_S = 2.0
"""How long a process that ends waits for its last messages; what is not sent then, the sweeper rings for."""


class CeleryDoorbell:
    """A `Doorbell` over a broker. Rings close together are one message: a worker that finds much wakes another.

    The broker may be away: callers never wait for it, and what was rung meanwhile is rung when it is back.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._rung: set[Capability] = set()
        self._changed = threading.Condition()
        self._ending = False
        self._is_away = False
        self._thread = threading.Thread(target=self._send_on, name="docai-doorbell", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(_FAREWELL_S)

    def reason_unheard(self) -> str | None:
        """Why the broker cannot be reached; None if it can."""
        return reason_away(str(self._app.conf.broker_url))

    def ring(self, capabilities: Iterable[Capability]) -> None:
        """Wake a worker for each."""
        with self._changed:
            self._rung.update(capabilities)
            self._changed.notify()

    def _send_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._rung or self._ending)
                rung, self._rung = self._rung, set()
                ending = self._ending
            if not rung:
                return
            if not self._send(rung) and not ending:
                with self._changed:
                    self._rung |= rung
                    self._changed.wait_for(lambda: self._ending, _RETRY_S)

    def _n_waiting(self, capability: Capability, producer: Producer) -> int:
        """How many messages wait in a queue; it is made if it is not there."""
        channel: Any = producer.channel
        declared: Any = self._app.amqp.queues[capability.value](channel).queue_declare()
        return int(declared.message_count)

    def _send(self, rung: set[Capability]) -> bool:
        try:
            with self._app.producer_or_acquire() as producer:
                for capability in sorted(rung):
                    if self._n_waiting(capability, producer) < MOST_WAITING:
                        self._app.send_task(
                            WORK, queue=capability.value, producer=producer, ignore_result=True, retry=False
                        )
                        BELLS.labels(capability.value).inc()
        except Exception as error:  # noqa: BLE001 - each transport has errors of its own, and none may stop the work
            if not self._is_away:
                log("broker away; work waits in the database", level="warning", reason=type(error).__name__)
            self._is_away = True
            return False
        if self._is_away:
            log("broker back", level="warning")
        self._is_away = False
        return True
