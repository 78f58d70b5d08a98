"""The bell of worker threads."""

import threading
import time

from docai.domain.work import Capability
from docai.pipeline.threads import ThreadDoorbell


def test_a_ring_wakes_a_thread_and_one_before_the_wait_counts_too() -> None:
    bell = ThreadDoorbell()
    bell.ring([Capability.EMBED])
    begun = time.monotonic()
    bell.wait(10)
    waiting = threading.Thread(target=bell.wait, args=[10])
    waiting.start()
    bell.ring([Capability.EMBED])
    waiting.join()
    assert time.monotonic() - begun < 5


def test_rings_while_all_are_busy_do_not_pile_up() -> None:
    bell = ThreadDoorbell()
    for _ in range(10_000):
        bell.ring(list(Capability))
    n_woken, begun = 0, time.monotonic()
    while time.monotonic() - begun < 0.5:
        before = time.monotonic()
        bell.wait(0.2)
        n_woken += time.monotonic() - before < 0.1
    assert 1 <= n_woken <= 100
