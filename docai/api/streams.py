"""Server-sent events: what happens to a job, from the records and so by any process; and an answer while it is made."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import anyio
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel

from docai.api.schemas.answers import AnswerOut, HitOut, PagesOut, TextOut
from docai.api.schemas.jobs import EventOut
from docai.api.schemas.problems import Problem
from docai.domain.answers import Answer, AnswerNews, PagesFound
from docai.domain.events import Event, EventKind
from docai.errors import DocaiError, JobNotFound, Overloaded, StoreError
from docai.telemetry import log

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

ProblemOf = Callable[[DocaiError], Problem]
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

    async def answered(
        self, first: AnswerNews, news: Iterator[AnswerNews], cancel: threading.Event, problem_of: ProblemOf
    ) -> AsyncIterator[bytes]:
        """What is told while an answer is made; a client that goes away cancels it.

        Args:
            first: what was told first, before anything was sent, so that a refusal is a response of its own.
            news: the rest.
            cancel: set when the client is gone.
            problem_of: an error as a problem.
        """
        self._n_open += 1
        try:
            yield _news_frame(first)
            while True:
                pending = asyncio.ensure_future(to_thread.run_sync(next, news, None))
                # Where the client goes away, nobody waits for the thread any more, whatever becomes of it.
                pending.add_done_callback(lambda task: task.cancelled() or task.exception())
                while not (await asyncio.wait({pending}, timeout=HEARTBEAT_S))[0]:
                    yield b": still here\n\n"
                told = await pending
                if told is None:
                    return
                yield _news_frame(told)
        except DocaiError as error:
            yield _framed("error", problem_of(error))
        except Exception as error:  # noqa: BLE001 - the response has begun, so nobody else can say it
            log("answer not made", level="error", exc_info=error)
            yield _framed("error", problem_of(DocaiError("A fault of ours; the log has it.")))
        finally:
            cancel.set()
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


def _news_frame(news: AnswerNews) -> bytes:
    if isinstance(news, PagesFound):
        return _framed("pages", PagesOut(pages=[HitOut.of(hit) for hit in news.hits]))
    if isinstance(news, Answer):
        return _framed("answer", AnswerOut.of(news))
    return _framed("text", TextOut(text=news.text))


def _framed(event: str, data: BaseModel) -> bytes:
    return f"event: {event}\ndata: {data.model_dump_json()}\n\n".encode()
