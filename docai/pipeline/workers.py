"""Threads that read documents, a few pages a turn, so that a long document does not hold up the short ones."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from docai.domain.documents import Fault
from docai.domain.jobs import Job
from docai.errors import DocaiError, DocumentNotFound
from docai.pipeline.run import DocumentRun, Parts, ReadingPolicy, fault_of
from docai.telemetry import log

T = TypeVar("T")

PAGES_PER_TURN = 8
"""Pages read before the next document gets its turn; opening a document again costs milliseconds."""
RETRY_DELAYS_S = (0.5, 2.0, 8.0)
"""Waits before work that failed for a passing reason is tried again."""


@dataclass(slots=True)
class _Ongoing:
    """A document being read."""

    job: Job
    run: DocumentRun
    lock: threading.Lock = field(default_factory=threading.Lock)
    turns_left: int = 0
    is_over: bool = False
    """Finished, failed or deleted: turns still in the queue are dropped."""
    fault: Fault | None = None
    """Why it was given up, if it was."""


@dataclass(frozen=True, slots=True)
class _Turn:
    ongoing: _Ongoing
    numbers: Sequence[int] | None
    """None: the first turn, which opens the document."""


class LocalWorkers:
    """Workers in this process; implements `JobQueue`.

    The jobs' rows are the truth: what is unfinished when the process ends is begun again at the next start, from the
    first page without a final state.
    """

    def __init__(self, parts: Parts, policy: ReadingPolicy, n_threads: int) -> None:
        self._parts = parts
        self._policy = policy
        self._turns: queue.SimpleQueue[_Turn | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"docai-worker-{n}", daemon=True) for n in range(n_threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop after the pages being read now; the rest stays queued in the records."""
        self._stopping.set()
        for _ in self._threads:
            self._turns.put(None)
        for thread in self._threads:
            thread.join()

    def send(self, job: Job, password: str | None) -> None:
        """Have a job done soon."""
        run = DocumentRun(job, password, parts=self._parts, policy=self._policy)
        self._turns.put(_Turn(_Ongoing(job, run), None))

    def _work(self) -> None:
        while (turn := self._turns.get()) is not None and not self._stopping.is_set():
            if turn.ongoing.is_over:
                continue
            try:
                self._take(turn)
            except DocumentNotFound:
                turn.ongoing.is_over = True
                log("document deleted while being read", document=str(turn.ongoing.job.document_id))
            except Exception as error:  # noqa: BLE001 - the worker's boundary: no document may end the worker
                self._give_up(turn.ongoing, error)

    def _take(self, turn: _Turn) -> None:
        ongoing = turn.ongoing
        if turn.numbers is None:
            unread = self._patiently(ongoing.run.start)
            if unread is None:
                ongoing.is_over = True
                return
            turns = [unread[i : i + PAGES_PER_TURN] for i in range(0, len(unread), PAGES_PER_TURN)]
            ongoing.turns_left = len(turns)
            for numbers in turns:
                self._turns.put(_Turn(ongoing, numbers))
            is_last = not turns
        else:
            numbers = turn.numbers
            self._patiently(
                lambda: ongoing.run.read(numbers, should_stop=lambda: self._stopping.is_set() or ongoing.is_over)
            )
            with ongoing.lock:
                ongoing.turns_left -= 1
                is_last = ongoing.turns_left == 0
            if (fault := ongoing.fault) is not None:
                # It was given up in another turn; a page that this one saved meanwhile counts after all.
                self._patiently(lambda: ongoing.run.fail(fault))
                return
        if is_last and not self._stopping.is_set():
            self._patiently(ongoing.run.finish)
            ongoing.is_over = True

    def _patiently(self, act: Callable[[], T]) -> T:
        """Act; again after a wait when the fault may pass. Tries while the records are away are not counted."""
        n_failed = 0
        while True:
            try:
                return act()
            except DocaiError as error:
                if not error.retryable or n_failed == len(RETRY_DELAYS_S) or self._stopping.is_set():
                    raise
                delay = RETRY_DELAYS_S[n_failed]
                log("work failed for now", level="warning", code=error.code, retry_in_s=delay)
                self._stopping.wait(delay)
                n_failed += self._parts.records.is_reachable()

    def _give_up(self, ongoing: _Ongoing, error: Exception) -> None:
        if self._stopping.is_set() and isinstance(error, DocaiError) and error.retryable:
            return  # there was no time to try again; the row still says running, so the next start does
        with ongoing.lock:
            if ongoing.is_over:
                return
            ongoing.is_over = True
        log("job failed", level="error", job=str(ongoing.job.id), exc_info=error)
        fault = Fault(code="internal", message="The document could not be read because of a fault of ours.")
        if isinstance(error, DocaiError):
            fault = fault_of(error)
        ongoing.fault = fault
        try:
            self._patiently(lambda: ongoing.run.fail(fault))
        except DocaiError as unsaved:
            # The row still says running, so the next start takes the job up again.
            log("failure not recorded", level="error", job=str(ongoing.job.id), code=unsaved.code)
