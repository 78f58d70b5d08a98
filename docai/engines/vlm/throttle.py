"""How many requests are under way at once: half as many when the server says that it is busy, then slowly more."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from docai.engines.vlm.wire import Trouble
from docai.telemetry import log

_LONGEST_PAUSE_S = 60.0
"""However long a server asks to be left alone."""


class Throttle:
    """Turns for requests, handed out in order; for one event loop.

    Additive increase, multiplicative decrease, as TCP does it: Chiu and Jain, "Analysis of the Increase and Decrease
    Algorithms for Congestion Avoidance in Computer Networks", 1989.
    """

    def __init__(self, most: int) -> None:
        """Hand out at most so many turns at once."""
        self._most = most
        self._limit = float(most)
        self._n_under_way = 0
        self._n_cuts = 0
        self._resume_at = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        """How many turns may be out now."""
        return int(self._limit)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, then hold it; what happens meanwhile moves the limit."""
        await self._begin()
        n_cuts = self._n_cuts
        try:
            yield
        except Trouble as trouble:
            if trouble.is_busy:
                self._fewer(trouble.after_s, n_cuts)
            raise
        else:
            self._limit = min(self._most, self._limit + 1 / self._limit)
        finally:
            self._end()

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiting.append(mine := loop.create_future())
        self._hand_out()
        try:
            await mine
            while (pause_s := self._resume_at - loop.time()) > 0:
                await asyncio.sleep(pause_s)
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it was handed out already
                self._end()
            raise

    def _end(self) -> None:
        self._n_under_way -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self._n_under_way < self.limit:
            first = self._waiting.popleft()
            if not first.done():
                self._n_under_way += 1
                first.set_result(None)

    def _fewer(self, after_s: float | None, n_cuts: int) -> None:
        """Halve the limit, once for all requests that met the same trouble: those begun before the last cut."""
        if after_s is not None:
            now = asyncio.get_running_loop().time()
            self._resume_at = max(self._resume_at, now + min(after_s, _LONGEST_PAUSE_S))
        if n_cuts == self._n_cuts:
            self._n_cuts += 1
            self._limit = max(1.0, self._limit / 2)
            log("model server is busy", level="warning", requests_at_once=self.limit)
