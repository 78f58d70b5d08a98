"""Processes are killed at any moment, and cannot be made: documents are read all the same, and nothing is left over."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.errors import DocumentUnreadable, EngineUnavailable, PageCrashed
from docai.pdf import draw_edge, zygote
from docai.pdf.sandbox import PdfSandbox
from tests.integration import hostile
from tests.integration.processes import children, eventually, is_running, n_descriptors, rss_mib


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "document.pdf"
    found.write_bytes(draw_edge.plain(2).pdf)
    return found


def zygote_of(sandbox: PdfSandbox) -> int:
    process = sandbox.nursery._process
    assert process is not None
    return process.pid


def test_a_reader_killed_from_outside_costs_no_page(path: Path) -> None:
    with PdfSandbox() as sandbox, sandbox.open(path, MediaType.PDF) as document:
        for number in (1, 2):
            assert document._child is not None
            document._child.kill_process()
            assert document.measure(number).words.words


def test_a_page_that_kills_two_readers_is_to_blame_and_the_next_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(hostile.billion_laughs())
    with PdfSandbox(page_timeout_s=60) as sandbox, sandbox.open(path, MediaType.PDF) as document:
        with _killing(lambda: children(zygote_of(sandbox)), every_s=0.3), pytest.raises(PageCrashed):
            document.measure(1)
        assert document.measure(2).words.words


def test_documents_are_read_while_their_readers_are_killed_at_random(path: Path) -> None:
    chance = random.Random(5)
    n_read = n_lost = 0
    with PdfSandbox(keep_open_s=0.5) as sandbox:
        with _killing(lambda: _one_of(children(zygote_of(sandbox)), chance), every_s=0.25) as killed:
            while len(killed) < 25:
                try:
                    with sandbox.open(path, MediaType.PDF) as document:
                        assert document.measure(1).words.words
                        n_read += 1
                except (PageCrashed, DocumentUnreadable):
                    n_lost += 1
        assert 2 * n_lost <= len(killed)  # a document is lost only if two of its readers were killed
        assert n_read > n_lost
        assert sandbox.nursery.n_started == 1


def test_a_killed_zygote_is_replaced_while_eight_threads_read(path: Path) -> None:
    def read(_: int) -> int:
        with sandbox.open(path, MediaType.PDF) as document:
            return len(document.measure(1).words.words) + len(document.measure(2).words.words)

    with PdfSandbox(keep_open_s=0) as sandbox:
        expected = read(0)
        with ThreadPoolExecutor(8) as pool:
            reads = [pool.submit(read, i) for i in range(48)]
            time.sleep(0.1)
            os.kill(zygote_of(sandbox), signal.SIGKILL)
            assert [reading.result() for reading in reads] == [expected] * 48
        assert sandbox.nursery.n_started == 2


def test_opening_many_documents_leaves_no_process_descriptor_or_memory_behind(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(hostile.sane())
    with PdfSandbox(keep_open_s=0.05) as sandbox:

        def read(i: int) -> None:
            with sandbox.open((path, other)[i % 2], MediaType.PDF) as document:
                document.measure(1)

        def is_tidy() -> bool:
            return n_descriptors() <= n_before and len(children(engine)) <= n_waiting

        for i in range(20):
            read(i)
        engine, n_waiting = zygote_of(sandbox), sandbox.nursery.n_ahead
        assert eventually(lambda: len(children(engine)) == n_waiting)
        n_before, rss_before = n_descriptors(), rss_mib()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(read, range(200)))
        assert eventually(is_tidy), (n_descriptors(), n_before, children(engine))
        assert rss_mib() - rss_before < 20
    assert eventually(lambda: not is_running(engine))


def test_a_machine_that_is_out_of_descriptors_is_told_and_goes_on_when_it_has_some(path: Path) -> None:
    with PdfSandbox(keep_open_s=0) as sandbox:
        number = zygote_of(sandbox)
        with sandbox.open(path, MediaType.PDF) as held:
            with _no_more_descriptors(number):
                assert any(not _is_read(sandbox, path) for _ in range(sandbox.nursery.n_ahead + 1))
                assert held.measure(1).words.words  # those that are there go on
            assert held.measure(2).words.words
        assert _is_read(sandbox, path)
        assert zygote_of(sandbox) == number


def test_a_caller_that_is_out_of_descriptors_is_told_and_its_open_documents_go_on(path: Path) -> None:
    with PdfSandbox(keep_open_s=0) as sandbox, sandbox.open(path, MediaType.PDF) as held, path.open("rb") as file:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        n_open = n_descriptors()
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))  # numbers below 3 are taken
        try:
            with pytest.raises(EngineUnavailable, match="too many open files"):
                sandbox.nursery.take(file)
            assert held.measure(1).words.words
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert n_descriptors() == n_open
        assert held.measure(2).words.words
        assert _is_read(sandbox, path)
        assert sandbox.nursery.n_started == 1


def test_a_fork_that_fails_is_told_and_the_next_one_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    with ours, theirs, monkeypatch.context() as patched:
        patched.setattr("os.fork", refuse)
        before = n_descriptors()
        zygote._fill(waiting := deque(), 2, theirs, 1024)
        zygote._hand_over(theirs, waiting, 1024)
        assert not waiting
        assert json.loads(ours.recv(1000)) == {"error": "Resource temporarily unavailable"}
        assert n_descriptors() == before


def test_a_reader_does_not_outlive_the_process_that_uses_it(path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            sandbox = PdfSandbox()
            sandbox.start()
            time.sleep(60)
        os._exit(0)
    try:
        assert eventually(lambda: any(children(child) for child in children(pid)), within_s=60)
        family = [*children(pid), *(reader for child in children(pid) for reader in children(child))]
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert eventually(lambda: not any(map(is_running, family)))


def _is_read(sandbox: PdfSandbox, path: Path) -> bool:
    try:
        with sandbox.open(path, MediaType.PDF) as document:
            return bool(document.measure(1).words.words)
    except EngineUnavailable:
        return False


def _one_of(pids: list[int], chance: random.Random) -> list[int]:
    return [chance.choice(pids)] if pids else []


@contextmanager
def _killing(victims: Callable[[], list[int]], *, every_s: float) -> Iterator[list[int]]:
    """Kill processes again and again meanwhile; gives the list of those killed, as it grows."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.wait(every_s):
            for pid in victims():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        is_over.set()
        thread.join()


@contextmanager
def _no_more_descriptors(pid: int) -> Iterator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
