"""The sweeper: takes back what lost workers held, and rings for work that nobody heard of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from docai.domain.documents import Fault
from docai.domain.work import Lease, is_dead_after_crash
from docai.errors import DocaiError, LeaseLost, NotFound, StoreError
from docai.pipeline.record import Recorder, facts_of
from docai.protocols import Doorbell, Records
from docai.telemetry import LEASES_EXPIRED, log

OVERDUE_S = 2.0
"""Work that waits longer was not heard of: a bell that works is answered within milliseconds."""
_AT_ONCE = 500
"""Leases taken back in one sweep."""


class Sweeper:
    """One pass over the work of all tenants."""

    def __init__(self, records: Records, doorbell: Doorbell) -> None:
        self._records = records
        self._doorbell = doorbell
        self._recorder = Recorder(records)

    def sweep(self) -> None:
        """Take back every lease that ran out, and ring for what waits; harmless if another process does the same.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        queue = self._records.queue
        with queue.sweeping() as is_mine:
            if not is_mine:
                return
            expired = queue.expired(_AT_ONCE)
        for lease in expired:
            try:
                self._take_back(lease)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - one item that cannot be taken back must not keep the others
                log("lease not taken back", level="error", **facts_of(lease), exc_info=error)
        self._doorbell.ring(queue.overdue(OVERDUE_S))

    def _take_back(self, lease: Lease) -> None:
        item = lease.item
        try:
            if is_dead_after_crash(item, was_solo=lease.is_solo):
                message = f"Reading it took down the worker {item.solo_crashes + 1} times while nothing else ran there."
                self._recorder.buried(lease, Fault(code="worker_crashed", message=message))
            else:
                with self._records.unit_of_work(item.tenant_id) as unit:
                    unit.work.expire(lease)
        except (LeaseLost, NotFound):
            return  # renewed, ended or deleted meanwhile
        LEASES_EXPIRED.labels(item.stage.value).inc()
        log("lease ran out", level="warning", **facts_of(lease), crashes=item.crashes + 1, solo=lease.is_solo)


@dataclass(frozen=True, slots=True)
class Chore:
    """What is to be done again and again."""

    every_s: float
    """Seconds between two runs."""
    do: Callable[[], object]


class Upkeep:
    """Threads that each do one chore until the process ends. A chore that fails is tried next time."""

    def __init__(self, chores: Mapping[str, Chore]) -> None:
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(name, chore), name=f"docai-{name}", daemon=True)
            for name, chore in chores.items()
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, name: str, chore: Chore) -> None:
        while not self._ending.wait(chore.every_s):
            try:
                chore.do()
            except DocaiError as error:
                log("chore failed for now", level="warning", chore=name, code=error.code)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the chore for good
                log("chore failed", level="error", chore=name, exc_info=error)
