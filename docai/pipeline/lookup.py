"""Ask something that may hang, without hanging: one question at a time, and its answer is kept for a moment."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Generic, TypeVar

from docai.errors import StoreUnavailable

T = TypeVar("T")

_QUICK_S = 0.5
"""What is well answers in milliseconds."""


class Lookup(Generic[T]):
    """An answer that many may ask for as often as they like. Thread-safe."""

    def __init__(self, name: str, ask: Callable[[], T], *, timeout_s: float, keep_s: float) -> None:
        """Name the question; nothing is asked yet.

        Args:
            name: of what is asked about, for the message when no answer comes.
            ask: gives the answer, or raises; never called twice at once.
            timeout_s: longest wait for an answer. A question that takes longer goes on beside, and the next caller
                waits for the same one.
            keep_s: for how long an answer, or the error, is given again.
        """
        self._name = name
        self._ask = ask
        self._timeout_s = timeout_s
        self._keep_s = keep_s
        self._lock = threading.Lock()
        self._asked: Future[T] | None = None
        self._answered_at = 0.0

    def begin(self) -> Future[T]:
        """Ask, unless it was asked lately or is being asked, and do not wait."""
        with self._lock:
            asked = self._asked
            if asked is None or (asked.done() and time.monotonic() - self._answered_at > self._keep_s):
                asked = self._asked = Future()
                threading.Thread(target=self._find_out, args=(asked,), name="docai-lookup", daemon=True).start()
            return asked

    def get(self, *, until: float = math.inf) -> T:
        """The answer.

        Args:
            until: when the caller would stop waiting, on the monotonic clock, if sooner than the limit; what answers
                quickly is given the time to do so even then.

        Raises:
            StoreUnavailable: none came in time; and whatever asking raises.
        """
        try:
            return self.begin().result(min(self._timeout_s, max(_QUICK_S, until - time.monotonic())))
        except FutureTimeout as error:
            raise StoreUnavailable(f"{self._name} gave no answer within {self._timeout_s:g} s.") from error

    def _find_out(self, asked: Future[T]) -> None:
        try:
            answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            self._answered_at = time.monotonic()
            asked.set_exception(error)
        else:
            self._answered_at = time.monotonic()
            asked.set_result(answer)
