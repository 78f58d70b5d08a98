"""The index's owner as a process of its own: killed, frozen, spoken rubbish to, and asked by many at once."""

from __future__ import annotations

import os
import random
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from docai.domain.embeddings import PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.errors import IndexMismatch, StoreError, StoreUnavailable
from docai.stores.qdrant import calls as calls_module
from docai.stores.qdrant import owner as owner_module
from docai.stores.qdrant.edge import CHANGES_PER_OPTIMISE
from docai.stores.qdrant.memory import MemoryIndex, MemoryShelf
from docai.stores.qdrant.owner import IndexOwner
from docai.stores.qdrant.remote import MAX_IDLE, RemoteIndex, RemoteShelf
from docai.stores.qdrant.wire import receive, send, socket_place
from tests.integration.stores.owner_process import owner_process

ENCODER = "test/1"
DIMENSION = 16
TENANT = TenantId(UUID(int=1))
ROOT = Path(__file__).parents[3]
OPEN: list[RemoteIndex] = []
Owner = subprocess.Popen[str]


def page(document: int, number: int) -> PageEmbedding:
    """Vectors that no other page has."""
    drawn = np.random.default_rng([document, number]).standard_normal((12, DIMENSION)).astype(np.float32)
    return PageEmbedding(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), (), (), ENCODER)


def document(number: int) -> DocumentId:
    return DocumentId(UUID(int=number))


def remote(at: Path, timeout_s: float = 30.0) -> RemoteIndex:
    OPEN.append(RemoteIndex(at, dimension=DIMENSION, encoder=ENCODER, timeout_s=timeout_s))
    return OPEN[-1]


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def start(stack: ExitStack, tmp_path: Path, merge_after: int = CHANGES_PER_OPTIMISE) -> Owner:
    at = tmp_path / "run" / "socket"
    return stack.enter_context(owner_process(tmp_path / "index", at, merge_after=merge_after))


def freeze(owner: Owner) -> None:
    os.kill(owner.pid, signal.SIGSTOP)
    os.waitpid(owner.pid, os.WUNTRACED)  # which tells when the last of its threads has stopped


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "run" / "socket"


# ---------------------------------------------------------------- killed


def client(at: Path, ledger: Path, number: int, n_pages: int) -> None:
    """One writer: pages 1 to n, every third deleted again, each step written down once it is acknowledged."""
    index = remote(at)
    with ledger.open("a", buffering=1) as book:
        for n in range(1, n_pages + 1):
            _until_acknowledged(lambda n=n: index.upsert(TENANT, document(number), n, page(number, n)))  # type: ignore[misc]
            book.write(f"+{n}\n")
            if n % 3 == 0:
                _until_acknowledged(lambda n=n: index.delete(TENANT, document(number), [n]))  # type: ignore[misc]
                book.write(f"-{n}\n")


def _until_acknowledged(call: object) -> None:
    while True:
        try:
            call()  # type: ignore[operator]
        except StoreUnavailable:
            time.sleep(0.01)
        else:
            return


def acknowledged(ledger: Path) -> tuple[set[int], set[int]]:
    """Pages that must be there, and pages that must not."""
    steps = [int(line) for line in ledger.read_text().split("\n")[:-1]] if ledger.exists() else []
    deleted = {-n for n in steps if n < 0}
    return {n for n in steps if n > 0} - deleted - {max([0, *steps])}, deleted


def n_steps_of(ledger: Path) -> int:
    return ledger.read_bytes().count(b"\n") if ledger.exists() else 0


def test_nothing_acknowledged_is_lost_or_doubled_when_the_owner_is_killed_under_writers(
    tmp_path: Path, place: Path
) -> None:
    n_pages, n_kills = 200, 6
    n_steps = 3 * (n_pages + n_pages // 3)
    moments = sorted(random.Random(3).sample(range(n_steps // 20, n_steps * 9 // 10), n_kills))
    ledgers = {number: tmp_path / f"ledger-{number}" for number in (1, 2, 3)}
    program = "import sys, pathlib; from tests.integration.stores.test_index_owner import client;"
    program += "client(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))"
    with ExitStack() as stack:
        owner = start(stack, tmp_path, merge_after=20)
        writers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", program, str(place), str(ledger), str(number), str(n_pages)], cwd=ROOT
                )
            )
            for number, ledger in ledgers.items()
        ]
        for moment in moments:
            while sum(n_steps_of(ledger) for ledger in ledgers.values()) < moment:
                time.sleep(0.001)
            owner.kill()
            owner.wait()
            assert any(writer.poll() is None for writer in writers), "the writers had ended before the kill"
            before = {number: acknowledged(ledger) for number, ledger in ledgers.items()}
            owner = start(stack, tmp_path, merge_after=20)
            for number, (there, gone) in before.items():
                found = set(remote(place).page_numbers(TENANT, document(number)))
                assert there <= found
                assert not gone & found
        assert [writer.wait() for writer in writers] == [0, 0, 0]
        index = remote(place)
        kept = [n for n in range(1, n_pages + 1) if n % 3]
        assert [list(index.page_numbers(TENANT, document(number))) for number in ledgers] == [kept] * 3
        assert index.count() == 3 * len(kept)
        for number in ledgers:
            for n in kept[:: len(kept) // 5]:
                query = QueryEmbedding(page(number, n).vectors, (), ENCODER)
                first, second = index.search(TENANT, query, document_ids=(), limit=2)
                assert first == (document(number), n, pytest.approx(12.0, abs=6e-3))  # float16
                assert second[2] < 11.0


def test_a_call_in_flight_when_the_owner_dies_may_be_repeated_and_the_next_one_connects_anew(
    tmp_path: Path, place: Path
) -> None:
    with ExitStack() as stack:
        owner = start(stack, tmp_path)
        index = remote(place)
        index.upsert(TENANT, document(1), 1, page(1, 1))
        freeze(owner)  # so that the call is in flight for certain
        threading.Timer(0.2, owner.kill).start()
        with pytest.raises(StoreUnavailable) as caught:
            index.upsert(TENANT, document(1), 2, page(1, 2))
        assert caught.value.retryable
        owner.wait()
        with pytest.raises(StoreUnavailable, match="not running"):
            index.count()
        start(stack, tmp_path)
        index.upsert(TENANT, document(1), 2, page(1, 2))
        assert list(index.page_numbers(TENANT, document(1))) == [1, 2]


def test_connections_that_idled_through_a_restart_cost_no_call(tmp_path: Path, place: Path) -> None:
    with ExitStack() as stack:
        owner = start(stack, tmp_path)
        index = remote(place)
        at_once = threading.Barrier(4)

        def call() -> None:
            at_once.wait()
            index.count()

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        owner.terminate()
        assert owner.wait() == 0
        start(stack, tmp_path)
        assert [index.count() for _ in range(5)] == [0] * 5


def test_a_frozen_owner_costs_a_call_its_time_limit_and_no_more(tmp_path: Path, place: Path) -> None:
    with ExitStack() as stack:
        owner = start(stack, tmp_path)
        index = remote(place, timeout_s=0.3)
        freeze(owner)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            index.count()
        assert time.monotonic() - began < 5
        os.kill(owner.pid, signal.SIGCONT)
        patient = remote(place)
        patient.upsert(TENANT, document(1), 1, page(1, 1))
        assert patient.count() == 1


def test_an_owner_told_to_stop_answers_what_it_was_asked(tmp_path: Path, place: Path) -> None:
    acknowledged_pages: list[int] = []

    def write() -> None:
        index = remote(place)
        for n in range(1, 10_000):
            try:
                index.upsert(TENANT, document(1), n, page(1, n))
            except StoreUnavailable:
                return
            acknowledged_pages.append(n)

    with ExitStack() as stack:
        owner = start(stack, tmp_path)
        writer = threading.Thread(target=write)
        writer.start()
        while len(acknowledged_pages) < 20:
            time.sleep(0.01)
        owner.terminate()
        assert owner.communicate() == ("", "")
        assert owner.returncode == 0
        writer.join()
        assert not place.exists()
        start(stack, tmp_path)
        found = list(remote(place).page_numbers(TENANT, document(1)))
        assert found == acknowledged_pages  # every call was answered or never begun


# ---------------------------------------------------------------- started


def test_a_second_owner_is_turned_away_and_the_first_goes_on(tmp_path: Path, place: Path) -> None:
    with ExitStack() as stack:
        start(stack, tmp_path)
        index = remote(place)
        other = tmp_path / "run" / "other"
        with owner_process(tmp_path / "index", other) as second:
            out, words = second.communicate()
            assert (second.returncode, out) == (1, "")
            assert words.startswith("home_in_use: ")
            assert words.count("\n") == 1
        assert index.count() == 0


def test_a_client_with_vectors_of_another_length_is_turned_away(tmp_path: Path, place: Path) -> None:
    with owner_process(tmp_path / "index", place):
        assert remote(place).count() == 0
        with pytest.raises(IndexMismatch, match="build it anew"):
            RemoteIndex(place, dimension=2 * DIMENSION, encoder=ENCODER)


def test_an_owner_has_an_index_for_each_encoder_and_drops_one_without_the_other(tmp_path: Path, place: Path) -> None:
    with owner_process(tmp_path / "index", place):
        shelf = RemoteShelf(place)
        here, there = remote(place), shelf.open("test/2", 2 * DIMENSION)
        here.upsert(TENANT, document(1), 1, page(1, 1))
        assert (here.count(), there.count()) == (1, 0)
        with pytest.raises(IndexMismatch):
            there.upsert(TENANT, document(1), 1, page(1, 1))
        shelf.drop(ENCODER)
        shelf.drop("never there")
        with pytest.raises(StoreUnavailable, match="dropped"):
            here.count()
        assert there.count() == 0
        assert remote(place).count() == 0  # made anew, and empty
        there.close()


def test_an_owner_goes_by_the_policy_that_it_is_started_with(tmp_path: Path, place: Path) -> None:
    arguments = ("--full-scan-pages", "0", "--candidates", "1")
    with owner_process(tmp_path / "index", place, arguments=arguments):
        index = remote(place)
        axes = np.eye(12, DIMENSION, dtype=np.float32)
        alike = np.tile(0.6 * axes[0] + 0.8 * axes[1], (12, 1))
        for number, vectors in ((1, axes), (2, alike)):
            index.upsert(TENANT, document(1), number, PageEmbedding(vectors, (), (), ENCODER, run_lengths=(12,)))
        query = QueryEmbedding(axes[:1], (), ENCODER)
        # The mean of twelve axes is near none of them: the one candidate is the other page.
        assert [n for _, n, _ in index.search(TENANT, query, document_ids=(), limit=1)] == [2]
        found = index.search(TENANT, query, document_ids=(), limit=1, candidates=[(document(1), 1)])
        assert [n for _, n, _ in found] == [1]


def test_more_places_than_a_frame_has_arrive_all_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch, served: MemoryIndex
) -> None:
    monkeypatch.setattr(calls_module, "_ITEMS", 3)
    index = remote(place)
    for n_pages in range(8):
        assert sorted(index.places()) == [(TENANT, document(1), number) for number in range(1, n_pages + 1)]
        served.upsert(TENANT, document(1), n_pages + 1, page(1, n_pages + 1))


def test_a_socket_deep_below_works_and_only_we_may_connect(tmp_path: Path) -> None:
    at = tmp_path / ("deep" * 30) / "socket"
    with owner_process(tmp_path / "index", at):
        real = socket_place(at)
        assert stat.S_IMODE(real.stat().st_mode) == 0o600
        assert stat.S_IMODE(real.parent.stat().st_mode) == 0o700
        assert remote(at).count() == 0
    real.unlink()
    real.parent.rmdir()


def test_clients_may_start_before_the_owner(tmp_path: Path, place: Path) -> None:
    early = remote(place)
    with pytest.raises(StoreUnavailable):
        early.count()
    with ExitStack() as stack:
        start(stack, tmp_path)
        assert early.count() == 0


# ---------------------------------------------------------------- spoken to


@pytest.fixture
def served(place: Path) -> Iterator[MemoryIndex]:
    shelf = MemoryShelf()
    with IndexOwner(shelf, at=place):
        yield shelf.open(ENCODER, DIMENSION)


def connected(place: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(place))
    return connection


def introduced(place: Path) -> socket.socket:
    """A connection that has named its index."""
    connection = connected(place)
    send(connection, {"call": "hello", "dimension": DIMENSION, "encoder": ENCODER})
    assert receive(connection, dimension=DIMENSION, wait_s=30) is not None
    return connection


RUBBISH = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\0" * 4096,
    b"\xff" * 4096,
    struct.pack(">IQ", 10, 0) + b"{",
    struct.pack(">IQ", 2, 0) + b"{}",
    struct.pack(">IQ", 15, 2**40) + b'{"shape": [0]}',
    random.Random(1).randbytes(100_000),
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda rubbish: repr(rubbish[:12]))
def test_a_client_that_sends_rubbish_harms_only_itself(served: MemoryIndex, place: Path, rubbish: bytes) -> None:
    index = remote(place)
    with connected(place) as connection:
        try:
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1024):
                pass
        except OSError:
            pass  # the owner had heard enough
    index.upsert(TENANT, document(1), 1, page(1, 1))
    assert served.count() == 1


@pytest.mark.parametrize(
    "call",
    [
        {},
        {"call": "no such"},
        {"call": ["count"]},
        {"call": "__class__"},
        {"call": "upsert"},
        {"call": "upsert", "tenant": "x", "document": "y", "page": 1, "encoder": ENCODER, "runs": [], "grid": None},
        {"call": "upsert", "tenant": str(TENANT), "document": 7, "page": 1, "encoder": ENCODER},
        {"call": "delete", "tenant": str(TENANT), "document": str(document(1)), "pages": 5},
        {"call": "search", "tenant": str(TENANT), "documents": [None], "limit": 5, "encoder": ENCODER},
        {"call": "search", "tenant": str(TENANT), "documents": [], "candidates": [7], "limit": 5, "encoder": ENCODER},
        {"call": "vectors", "tenant": str(TENANT), "document": str(document(1))},
        {"call": "hello", "dimension": None, "encoder": ENCODER},
        {"call": "hello", "dimension": 10**9, "encoder": ENCODER},
    ],
    ids=str,
)
def test_a_call_that_makes_no_sense_is_answered_so_and_the_next_one_is_understood(
    served: MemoryIndex, place: Path, call: dict[str, object]
) -> None:
    with introduced(place) as connection:
        for header, expected in ((call, "invalid_request"), ({"call": "count"}, None)):
            send(connection, header)
            reply = receive(connection, dimension=DIMENSION, wait_s=30)
            assert reply is not None
            assert reply[0].get("error") == expected
    assert served.count() == 0


def test_who_names_no_index_is_answered_so(served: MemoryIndex, place: Path) -> None:
    with connected(place) as connection:
        send(connection, {"call": "count"})
        reply = receive(connection, dimension=DIMENSION, wait_s=30)
    assert reply is not None
    assert (reply[0]["error"], "hello" in reply[0]["message"]) == ("invalid_request", True)


def test_a_fault_of_the_index_is_an_error_of_the_call_alone(
    served: MemoryIndex, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = remote(place)

    def fail() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(served, "count", fail)
    with pytest.raises(StoreError) as caught:
        index.count()
    assert "ZeroDivisionError" in str(caught.value.details["reason"])
    assert list(index.page_numbers(TENANT, document(1))) == []


def test_more_clients_than_there_is_room_for_are_turned_away_until_one_leaves(
    served: MemoryIndex, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner_module, "MAX_CONNECTIONS", 3)
    crowd = [connected(place) for _ in range(3)]
    for connection in crowd:  # until it is answered, a client may not have been counted
        send(connection, {"call": "count"})
        assert receive(connection, dimension=DIMENSION, wait_s=30) is not None
    index = remote(place)
    with pytest.raises(StoreUnavailable):
        index.count()
    crowd[0].close()
    _until_acknowledged(index.count)
    for connection in crowd[1:]:
        connection.close()


def test_more_threads_than_idle_connections_all_get_their_answers(served: MemoryIndex, place: Path) -> None:
    index, answers = remote(place), []
    served.upsert(TENANT, document(1), 1, page(1, 1))
    n_threads = 3 * MAX_IDLE

    def ask() -> None:
        answers.extend(index.count() for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * (20 * n_threads)


def test_an_index_is_usable_on_both_sides_of_a_fork(served: MemoryIndex, place: Path) -> None:
    served.upsert(TENANT, document(1), 1, page(1, 1))
    program = (
        "import os, sys, pathlib; from tests.integration.stores.test_index_owner import *;"
        "index = remote(pathlib.Path(sys.argv[1])); index.count();"
        "child = os.fork();"
        "good = all(index.count() == 1 and list(index.page_numbers(TENANT, document(1))) == [1] for _ in range(300));"
        "child or os._exit(0 if good else 1);"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if good else 2)"
    )
    assert subprocess.call([sys.executable, "-c", program, str(place)], cwd=ROOT) == 0
