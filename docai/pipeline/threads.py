"""Worker threads in this process, and the bell that wakes them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from docai.domain.work import Capability
from docai.pipeline.leases import LeaseKeeper
from docai.pipeline.worker import Worker
from docai.telemetry import log

_LOOK_S = 2.0
"""A thread that heard nothing looks for work after this: items that were put back for later ring no bell."""
_MOST_UNHEARD = 64
"""Rings that are kept while all threads are busy: each costs one look in vain once the work is done."""


class ThreadDoorbell:
    """A `Doorbell` for threads of this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_unheard = 0

    def ring(self, capabilities: Iterable[Capability]) -> None:
        """Wake a thread for each; threads that are busy look again before they wait."""
        with self._changed:
            n_rung = sum(1 for _ in capabilities)
            self._n_unheard = min(self._n_unheard + n_rung, _MOST_UNHEARD)
            self._changed.notify(n_rung)

    def reason_unheard(self) -> str | None:
        """None: threads of this process hear it."""
        return None

    def wait(self, timeout_s: float) -> None:
        """Until the bell rings, or the time is up."""
        with self._changed:
            if self._changed.wait_for(lambda: self._n_unheard > 0, timeout_s):
                self._n_unheard -= 1


class WorkerThreads:
    """Threads that do the work of these capabilities until they are told to leave."""

    def __init__(
        self,
        worker: Worker,
        keeper: LeaseKeeper,
        doorbell: ThreadDoorbell,
        *,
        capabilities: tuple[Capability, ...],
        n: int,
    ) -> None:
        self._worker = worker
        self._keeper = keeper
        self._doorbell = doorbell
        self._capabilities = capabilities
        self._threads = [threading.Thread(target=self._work, name=f"docai-worker-{i}", daemon=True) for i in range(n)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop after the pages being read now; the rest is handed back."""
        self._keeper.stopping.set()
        self._doorbell.ring(self._capabilities * len(self._threads))
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._keeper.stopping.is_set():
            try:
                n_batches = self._worker.do_all(self._capabilities)
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread for good
                log("worker failed", level="error", exc_info=error)
                n_batches = 0
            if not n_batches:
                self._doorbell.wait(_LOOK_S)
