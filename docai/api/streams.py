"""Server-sent events: what happened to a job, told as it happens, from the records and so by any process."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence

import anyio
from anyio import CapacityLimiter, to_thread

from docai.api.schemas.jobs import EventOut
from docai.domain.events import Event, EventKind
from docai.errors import JobNotFound, Overloaded, StoreError

POLL_S = 0.5
"""Time between two looks of one stream for new events: one query by an index."""
HEARTBEAT_S = 15.0
"""Longest silence; proxies and clients take a longer one for a broken connection."""
RECONNECT_MS = 1000
"""When a client whose connection broke is to come back; it says what it saw last and misses nothing."""
THREADS = 4
"""Threads that look on behalf of all streams, so that a slow database leaves the others to requests."""
MOST_AT_ONCE = 500
"""Events of one look."""

Look = Callable[[int], Sequence[Event]]
"""Gives the events from behind one of this id, `MOST_AT_ONCE` at most."""


class Streams:
    """The event streams of this process. For the event loop alone."""

    def __init__(self, at_most: int) -> None:
        """Have so many open at once."""
        self._at_most = at_most
        self._n_open = 0
        self._is_ending = False
        self._threads = CapacityLimiter(THREADS)

    def admit(self) -> None:
        """Make sure that one more may be opened.

        Raises:
            Overloaded: as many are open as may be.
        """
        if self._n_open >= self._at_most:
            raise Overloaded(f"{self._at_most} event streams are open already; try again, or ask for the job itself.")

    def end(self) -> None:
        """End all of them, within a look's time: the process is to stop. Clients come back to another one."""
        self._is_ending = True

    async def look(self, look: Look, after: int) -> Sequence[Event]:
        """Look once, off the event loop."""
        return await to_thread.run_sync(look, after, limiter=self._threads)

    async def told(self, look: Look, after: int) -> AsyncIterator[bytes]:
        """Everything from behind event `after`, until the job's end was told, the job is gone or the client is."""
        self._n_open += 1
        try:
            yield f"retry: {RECONNECT_MS}\n\n".encode("ascii")
            said_at = time.monotonic()
            while not self._is_ending:
                found = await self._found(look, after)
                if found is None:
                    return
                for event in found:
                    after = event.id
                    yield _frame(event)
                    if event.kind is EventKind.JOB_FINISHED:
                        return
                if found:
                    said_at = time.monotonic()
                elif time.monotonic() - said_at >= HEARTBEAT_S:
                    said_at = time.monotonic()
                    yield b": still here\n\n"
                if len(found) < MOST_AT_ONCE:
                    await anyio.sleep(POLL_S)
        finally:
            self._n_open -= 1

    async def _found(self, look: Look, after: int) -> Sequence[Event] | None:
        """New events; none while the database is away, and None when the job was deleted."""
        try:
            return await self.look(look, after)
        except JobNotFound:
            return None
        except StoreError:
            return ()


def _frame(event: Event) -> bytes:
    return f"id: {event.id}\nevent: {event.kind.value}\ndata: {EventOut.of(event).model_dump_json()}\n\n".encode()
