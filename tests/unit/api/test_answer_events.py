"""The events of an answer while it is made: heartbeats in silence, and a client that goes away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from docai.api import streams as streams_module
from docai.api.errors import problem_of
from docai.api.streams import Streams
from docai.domain.answers import AnswerNews, PagesFound, TextPiece
from docai.errors import DocaiError, StoreUnavailable

PAGES = PagesFound(())


def told(news: Iterator[AnswerNews], cancel: threading.Event, *, at_most: int | None = None) -> tuple[list[bytes], int]:
    """What is sent until the news end or the client goes away, and how many streams are open then."""
    streams = Streams(at_most=5)

    async def read() -> list[bytes]:
        sent: list[bytes] = []
        stream = streams.answered(PAGES, news, cancel, lambda error: problem_of(error, "request"))
        async for frame in stream:
            sent.append(frame)
            if len(sent) == at_most:
                await stream.aclose()  # type: ignore[attr-defined]
                break
        return sent

    return asyncio.run(read()), streams._n_open


def test_a_client_that_goes_away_cancels_what_it_asked_for() -> None:
    cancel = threading.Event()

    def endless() -> Iterator[AnswerNews]:
        while not cancel.is_set():
            yield TextPiece("again ")

    sent, n_open = told(endless(), cancel, at_most=3)
    assert [frame.split(b"\n")[0] for frame in sent] == [b"event: pages", b"event: text", b"event: text"]
    assert cancel.is_set()
    assert n_open == 0


def test_a_model_that_thinks_long_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams_module, "HEARTBEAT_S", 0.05)

    def slow() -> Iterator[AnswerNews]:
        time.sleep(0.3)
        yield TextPiece("at last")

    sent, _ = told(slow(), threading.Event())
    assert sent[1] == b": still here\n\n"
    assert sent[-1] == b'event: text\ndata: {"text":"at last"}\n\n'


@pytest.mark.parametrize(
    ("fault", "code"), [(StoreUnavailable("away"), b"store_unavailable"), (KeyError("x"), DocaiError.code.encode())]
)
def test_a_fault_is_told_and_ends_the_stream(fault: Exception, code: bytes) -> None:
    def failing() -> Iterator[AnswerNews]:
        yield TextPiece("so far")
        raise fault

    sent, n_open = told(failing(), threading.Event())
    assert sent[-1].startswith(b"event: error\n")
    assert b'"code":"' + code + b'"' in sent[-1]
    assert n_open == 0
