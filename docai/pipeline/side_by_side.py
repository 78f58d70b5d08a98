"""Do several things at once in threads that keep the caller's log fields and spans; each is waited for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def side_by_side(things: Sequence[T], do: Callable[[T], None], at_once: int) -> None:
    """Call `do` with each, at most `at_once` at a time, in order; what one raises is raised once all have ended."""
    if len(things) <= 1 or at_once <= 1:
        for thing in things:
            do(thing)
        return
    with ThreadPoolExecutor(min(len(things), at_once), thread_name_prefix="docai-page") as pool:
        doing = [pool.submit(copy_context().run, do, thing) for thing in things]
    for each in doing:
        each.result()
