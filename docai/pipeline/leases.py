"""Keep leases alive while their holders make progress; notice a worker that hangs, or idles beside waiting work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from docai.domain.ids import WorkerId
from docai.domain.work import Capability, Lease
from docai.domain.workers import WorkerReport, WorkerState
from docai.errors import StoreError
from docai.protocols import WorkQueue
from docai.telemetry import log


@dataclass(frozen=True, slots=True)
class LeasePolicy:
    """The settings of leases. A lost worker is noticed after `lease_s` and a sweep."""

    lease_s: float
    """A lease that is not renewed runs out after this, seconds."""
    stage_budget_s: float
    """The longest time that one item may take without progress; then its lease is not renewed any more."""
    idle_s: float
    """A worker that sits idle so long beside work it could do leaves, seconds."""

    @property
    def beat_s(self) -> float:
        """Time between renewals: two may be missed."""
        return self.lease_s / 3


class BatchWatch:
    """Watches over one batch; see `Watch` in `docai.pipeline.batch`."""

    def __init__(self, leases: Sequence[Lease], stopping: threading.Event) -> None:
        self._held = {lease.item.id: lease for lease in leases}
        self._lost: set[int] = set()
        self._stopping = stopping
        self._lock = threading.Lock()
        self.last_progress = time.monotonic()

    def should_stop(self, lease: Lease) -> bool:
        """Whether the item is not to be begun: the worker is leaving, or the lease is known to be lost."""
        return self._stopping.is_set() or lease.item.id in self._lost

    def ended(self, lease: Lease) -> None:
        """An item was ended, put back or found lost; which is progress."""
        with self._lock:
            self._held.pop(lease.item.id, None)
            self.last_progress = time.monotonic()

    def progressed(self) -> None:
        """An item that takes long came a step further."""
        with self._lock:
            self.last_progress = time.monotonic()

    def held(self) -> list[Lease]:
        """What was not ended yet."""
        with self._lock:
            return list(self._held.values())

    def renewed(self, leases: Sequence[Lease], still: set[int]) -> None:
        """Of the leases that were to be renewed, those not among `still` are lost."""
        with self._lock:
            for lease in leases:
                if lease.item.id not in still and lease.item.id in self._held:
                    self._lost.add(lease.item.id)
                    del self._held[lease.item.id]


class LeaseKeeper:
    """A thread that renews every batch's leases and reports on the worker."""

    def __init__(
        self,
        queue: WorkQueue,
        policy: LeasePolicy,
        *,
        worker_id: WorkerId,
        name: str,
        capabilities: Sequence[Capability],
        on_stuck: Callable[[str], None],
    ) -> None:
        """Keep the leases of one worker.

        Args:
            queue: where leases are renewed.
            policy: how long they run.
            worker_id: the owner of the leases.
            name: host and process, for operators.
            capabilities: what the worker takes.
            on_stuck: called with the reason when the worker hangs or does not see its work; a worker process ends then.
        """
        self.policy = policy
        self.worker_id = worker_id
        self.stopping = threading.Event()
        self.n_done = 0
        self._queue = queue
        self._name = name
        self._capabilities = tuple(capabilities)
        self._on_stuck = on_stuck
        self._watches: set[BatchWatch] = set()
        self._lock = threading.Lock()
        self._started_at = datetime.now(UTC)
        self._last_progress = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="docai-leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        try:
            self._queue.forget_worker(self.worker_id)
        except StoreError as away:
            log("worker not signed off", level="warning", code=away.code)

    @contextmanager
    def keeping(self, leases: Sequence[Lease]) -> Iterator[BatchWatch]:
        """Renew these leases meanwhile; what was neither ended nor lost is handed back afterwards."""
        watch = BatchWatch(leases, self.stopping)
        with self._lock:
            self._watches.add(watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._watches.discard(watch)
            left = watch.held()
            self.n_done += len(leases) - len(left)
            self._last_progress = time.monotonic()
            if left:
                self._hand_back(left)

    @property
    def idle_s(self) -> float:
        """Since the worker last made progress, seconds; what health checks look at."""
        with self._lock:
            latest = max((watch.last_progress for watch in self._watches), default=self._last_progress)
        return time.monotonic() - max(latest, self._last_progress)

    @property
    def n_held(self) -> int:
        """Items that are leased and not ended."""
        with self._lock:
            return sum(len(watch.held()) for watch in self._watches)

    @property
    def is_beating(self) -> bool:
        """Whether leases are being renewed; false before the start and after the end."""
        return self._thread.is_alive()

    def looked(self) -> None:
        """The worker asked for work just now, and found none: it is awake."""
        self._last_progress = time.monotonic()

    def _hand_back(self, leases: Sequence[Lease]) -> None:
        try:
            self._queue.hand_back(leases)
        except StoreError as error:
            log("leases not handed back; they run out", level="warning", code=error.code, n=len(leases))

    def _beat(self) -> None:
        self._report()
        while not self._ended.wait(self.policy.beat_s):
            try:
                self._beat_once()
            except Exception as error:  # noqa: BLE001 - without this thread every lease of the worker would run out
                log("leases not kept", level="error", exc_info=error)

    def _beat_once(self) -> None:
        with self._lock:
            watches = list(self._watches)
        for watch in watches:
            self._renew(watch)
        self._report()
        if not watches and self.idle_s > self.policy.idle_s:
            self._check_idle()

    def _renew(self, watch: BatchWatch) -> None:
        leases = watch.held()
        if not leases:
            return
        stuck_s = time.monotonic() - watch.last_progress
        if stuck_s > self.policy.stage_budget_s:
            self._on_stuck(f"{leases[0].item.stage.value} made no progress for {stuck_s:.0f} s")
            return
        try:
            watch.renewed(leases, self._queue.extend(leases, lease_s=self.policy.lease_s))
        except StoreError as error:
            log("leases not renewed", level="warning", code=error.code, n=len(leases))

    def _check_idle(self) -> None:
        """Work that this worker could do waits, and it does not look for it: its messages do not arrive."""
        try:
            overdue = set(self._queue.overdue(self.policy.idle_s)) & set(self._capabilities)
        except StoreError:
            return
        if overdue and not self.stopping.is_set():
            self._on_stuck(f"idle for {self.idle_s:.0f} s while work waits for {', '.join(sorted(overdue))}")

    def _report(self) -> None:
        report = WorkerReport(
            id=self.worker_id,
            name=self._name,
            capabilities=self._capabilities,
            state=WorkerState.DRAINING if self.stopping.is_set() else WorkerState.READY,
            started_at=self._started_at,
            n_leased=self.n_held,
            n_done=self.n_done,
            idle_s=self.idle_s,
        )
        try:
            self._queue.report(report)
        except StoreError as error:
            log("worker not reported", level="warning", code=error.code)
