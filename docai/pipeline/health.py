"""Readiness: which parts answer, what is degraded, and why."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from docai.domain.work import Capability
from docai.domain.workers import QueueDepth, WorkerStatus
from docai.errors import DocaiError, StoreError, StoreUnavailable
from docai.pipeline.gauges import alive_by_capability
from docai.pipeline.lookup import Lookup
from docai.pipeline.parts import Parts
from docai.pipeline.self_check import Check, told_of_index, try_blobs
from docai.telemetry import log

T = TypeVar("T")

_TIMEOUT_S = 4.0
"""Kubernetes gives up on a probe after 1 s unless told otherwise; Docker's example here waits 5 s."""
_PLAINLY = {
    "records": "PostgreSQL does not answer",
    "index": "the page index does not answer, or PostgreSQL does not, which knows the index in use",
}
"""What is told of parts whose own words are a driver's."""
_KEEP_S = 1.0
"""Readiness needs no key, so asking for it often must cost the stores nothing."""


class Standing(StrEnum):
    """How a process stands."""

    READY = "ready"
    DEGRADED = "degraded"
    """It works, but not all of it; the checks say what does not."""
    NOT_READY = "not_ready"
    """It should get no requests now."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found."""

    standing: Standing
    checks: Sequence[Check]
    oldest_pending_s: Mapping[Capability, float]
    """For how long the oldest work that is due has waited, seconds; empty if the database does not tell."""

    @classmethod
    def of(cls, checks: Sequence[Check], oldest_pending_s: Mapping[Capability, float] | None = None) -> Readiness:
        """What these checks amount to."""
        failing = [check for check in checks if not check.is_ok]
        standing = Standing.DEGRADED if failing else Standing.READY
        if any(check.is_vital for check in failing):
            standing = Standing.NOT_READY
        return cls(standing, checks, oldest_pending_s or {})


class Health:
    """Looks at the parts of a process. Each may hang without the others' waiting for it for long. Thread-safe."""

    def __init__(self, parts: Parts, *, lease_s: float) -> None:
        """Look at nothing yet.

        Args:
            parts: what is looked at.
            lease_s: a worker that said nothing for so long is lost.
        """
        self._lease_s = lease_s
        self._reader = parts.reader
        queue = parts.records.queue
        self._writable = _lookup("PostgreSQL", parts.records.upkeep.is_writable)
        self._blobs = _lookup("The blob store", lambda: try_blobs(parts.blobs))
        self._index = _lookup("The index", lambda: told_of_index(parts.index.count(), parts.embedder))
        self._broker = _lookup("The broker", parts.doorbell.reason_unheard)
        self._work = _lookup("PostgreSQL", lambda: (queue.workers(), queue.depths()))

    def look(self) -> Readiness:
        """All of the service: what an API process tells whoever sends it requests."""
        for lookup in (self._writable, self._blobs, self._index, self._broker, self._work):
            lookup.begin()  # all at once: if several hang, their waits do not add up
        until = time.monotonic() + _TIMEOUT_S
        workers, oldest = self._look_at_work(until)
        checks = [*self.stores(until=until), self.broker(until=until), self.isolation(), *workers]
        return Readiness.of(checks, oldest)

    def stores(self, *, until: float = math.inf) -> list[Check]:
        """Database, files and index; a process without the first two is of no use, search alone needs the third.

        `until` is when to stop waiting, on the monotonic clock.
        """
        return [
            _checked("records", lambda: _writing(self._writable.get(until=until)), is_vital=True),
            _checked("blobs", lambda: self._blobs.get(until=until), is_vital=True),
            _checked("index", lambda: self._index.get(until=until)),
        ]

    def broker(self, *, until: float = math.inf) -> Check:
        """Whether workers hear of new work at once; without it the sweeper's looks find it, seconds later."""
        try:
            reason = self._broker.get(until=until)
        except DocaiError as error:
            reason = error.message
        if reason is None:
            return Check("broker", is_ok=True, detail="workers are rung for")
        return Check("broker", is_ok=False, detail=f"work is taken in and waits in the database: {reason}")

    def isolation(self) -> Check:
        """How readers of PDFs are confined."""
        found = self._reader.isolation
        return Check("isolation", is_ok=found.is_full, detail=found.detail)

    def _look_at_work(self, until: float) -> tuple[list[Check], Mapping[Capability, float]]:
        try:
            workers, depths = self._work.get(until=until)
        except DocaiError:
            unknown = "not known: PostgreSQL does not answer"
            return [Check("workers", is_ok=False, detail=unknown), Check("queue", is_ok=False, detail=unknown)], {}
        return [_workers(workers, self._lease_s), _queue(depths)], {d.capability: d.oldest_due_s for d in depths}


def _workers(workers: Sequence[WorkerStatus], lease_s: float) -> Check:
    alive = alive_by_capability(workers, lease_s)
    missing = [capability.value for capability, n in alive.items() if n == 0]
    if missing:
        return Check("workers", is_ok=False, detail=f"none alive for {', '.join(missing)}; their work waits")
    counts = ", ".join(f"{capability.value} {n}" for capability, n in alive.items())
    return Check("workers", is_ok=True, detail=f"alive: {counts}")


def _queue(depths: Sequence[QueueDepth]) -> Check:
    """Never a fault by itself: under load work waits."""
    n_pending, n_dead = sum(d.n_pending for d in depths), sum(d.n_dead for d in depths)
    oldest_s = max((d.oldest_due_s for d in depths), default=0.0)
    return Check("queue", is_ok=True, detail=f"{n_pending} waiting, the oldest for {oldest_s:.0f} s; {n_dead} dead")


def _writing(is_writable: bool) -> str:
    if not is_writable:
        raise StoreError("PostgreSQL answers but takes no writes: it is a standby, or read-only.")
    return "PostgreSQL takes writes"


def _checked(name: str, look: Callable[[], str], *, is_vital: bool = False) -> Check:
    try:
        return Check(name, is_ok=True, detail=look(), is_vital=is_vital)
    except StoreUnavailable as error:
        # The driver's own words name hosts and accounts, and whoever asks has no key.
        said = _PLAINLY.get(name, error.message)
        log("part does not answer", level="warning", part=name, reason=error.message)
        return Check(name, is_ok=False, detail=said, is_vital=is_vital)
    except DocaiError as error:
        return Check(name, is_ok=False, detail=error.message, is_vital=is_vital)


def _lookup(name: str, ask: Callable[[], T]) -> Lookup[T]:
    return Lookup(name, ask, timeout_s=_TIMEOUT_S, keep_s=_KEEP_S)
