"""Worker threads wake for a bell, outlive faults of ours, and leave when told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from docai.domain.ids import WorkerId
from docai.domain.work import Capability
from docai.pipeline.leases import LeaseKeeper, LeasePolicy
from docai.pipeline.threads import ThreadDoorbell, WorkerThreads
from docai.stores.postgres.unit_of_work import PostgresRecords


class Scripted:
    """Stands for a worker: does what it is told to, once for each look."""

    def __init__(self, act: Callable[[int], int]) -> None:
        self.n_looks = 0
        self._act = act
        self._lock = threading.Lock()

    def do_all(self, capabilities: Sequence[Capability]) -> int:
        with self._lock:
            self.n_looks += 1
            n = self.n_looks
        return self._act(n)


def threads_of(records: PostgresRecords, worker: Scripted, bell: ThreadDoorbell, n: int = 2) -> WorkerThreads:
    policy = LeasePolicy(lease_s=30, stage_budget_s=60, idle_s=60)
    keeper = LeaseKeeper(
        records.queue,
        policy,
        worker_id=WorkerId(uuid4()),
        name="host:1",
        capabilities=(Capability.OCR,),
        on_stuck=lambda reason: None,
    )
    return WorkerThreads(worker, keeper, bell, capabilities=(Capability.OCR,), n=n)  # type: ignore[arg-type]


def test_a_bell_wakes_a_thread_at_once(records: PostgresRecords) -> None:
    bell, looked = ThreadDoorbell(), threading.Event()
    worker = Scripted(lambda n: (looked.set(), 0)[1] if n > 2 else 0)
    with threads_of(records, worker, bell):
        time.sleep(0.3)
        assert worker.n_looks == 2, "each looked once, and found nothing"
        bell.ring([Capability.OCR])
        assert looked.wait(1)


def test_a_thread_looks_again_as_long_as_there_is_work(records: PostgresRecords) -> None:
    done = threading.Event()
    worker = Scripted(lambda n: 1 if n < 50 else (done.set(), 0)[1])
    with threads_of(records, worker, ThreadDoorbell(), n=1):
        assert done.wait(5)


def test_a_fault_of_ours_does_not_end_a_thread(records: PostgresRecords) -> None:
    bell, went_on = ThreadDoorbell(), threading.Event()
    worker = Scripted(lambda n: 1 // 0 if n == 1 else (went_on.set(), 0)[1])
    with threads_of(records, worker, bell, n=1):
        bell.ring([Capability.OCR])
        assert went_on.wait(10)


def test_threads_leave_without_a_bell_when_they_are_told(records: PostgresRecords) -> None:
    begun, others = time.monotonic(), set(threading.enumerate())
    with threads_of(records, Scripted(lambda n: 0), ThreadDoorbell(), n=4):
        pass
    assert time.monotonic() - begun < 1.5
    ours = set(threading.enumerate()) - others
    assert not [thread for thread in ours if thread.name.startswith("docai-worker-")]
