"""In parallel: a stream of things done by threads, so many at a time, until it ends or is to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

_Thing = TypeVar("_Thing")


def in_parallel(do: Callable[[_Thing], None], things: Iterable[_Thing], n: int, stop: threading.Event) -> None:
    """Do something with each thing; no more are taken from the stream than are under way.

    What goes wrong with one, or an interrupt, stops all: those under way are waited for, then it is raised.

    Args:
        do: Called by threads; what it raises ends everything.
        things: What to do it with; taken in this thread.
        n: Most that are under way at once.
        stop: Set when something went wrong, for those under way to look at.
    """
    with ThreadPoolExecutor(max_workers=n, thread_name_prefix="evaluation") as pool:
        under_way: set[Future[None]] = set()
        try:
            for thing in things:
                under_way.add(pool.submit(do, thing))
                if len(under_way) >= n:
                    under_way = _without_done(under_way)
            while under_way:
                under_way = _without_done(under_way)
        except BaseException:
            stop.set()
            raise


def _without_done(under_way: set[Future[None]]) -> set[Future[None]]:
    """Those that go on once at least one is done; what it raised is raised."""
    done, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return rest
