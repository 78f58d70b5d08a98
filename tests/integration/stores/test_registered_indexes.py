"""All indexes on record as one: each encoder's pages in its own, what was deleted gone from all, switches followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Lock

import numpy as np
import pytest

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId, new_document_id
from docai.domain.indexes import IndexEntry, IndexState
from docai.errors import IndexMismatch, StoreUnavailable
from docai.protocols import PageIndex
from docai.stores.indexes import KEEP_S, RegisteredIndexes
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex

DIMENSIONS = {"a": 8, "b": 16, "c": 8}
TENANT = TenantId(new_document_id())
DOCUMENT = new_document_id()
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """Indexes of this process, as two processes would share them: closing one keeps what stands in it."""

    def __init__(self) -> None:
        self.standing: dict[str, PageIndex] = {}
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.away: set[str] = set()
        self._lock = Lock()

    def open(self, encoder: str, dimension: int) -> PageIndex:
        if encoder in self.away:
            raise StoreUnavailable("It does not answer.")
        with self._lock:
            self.opened.append(encoder)
            if encoder not in self.standing:
                self.standing[encoder] = MemoryIndex(dimension=dimension, encoder=encoder)
            return _Opened(self, encoder)

    def drop(self, encoder: str) -> None:
        self.standing.pop(encoder, None)

    def point_to(self, encoder: str) -> None:
        """There is no name for it."""


class _Opened:
    """An index of the shelf, with a close of its own."""

    def __init__(self, shelf: Shelf, encoder: str) -> None:
        self._shelf, self._encoder, self._index = shelf, encoder, shelf.standing[encoder]

    def __getattr__(self, name: str) -> object:
        return getattr(self._index, name)

    def close(self) -> None:
        self._shelf.closed.append(self._encoder)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def indexes(records: PostgresRecords, shelf: Shelf, clock: Clock) -> Iterator[RegisteredIndexes]:
    made = RegisteredIndexes(records.indexes, shelf, clock=clock)
    yield made
    made.close()


def register(
    records: PostgresRecords, encoder: str, state: IndexState = IndexState.BUILDING, *, day: int = 0
) -> IndexEntry:
    made = BEGINNING + timedelta(days=day)
    return records.indexes.register(IndexEntry(encoder, DIMENSIONS[encoder], encoder, state, b"", made))


def vectors(encoder: str, seed: int, n: int = 3) -> Matrix:
    drawn = np.random.default_rng(seed).standard_normal((n, DIMENSIONS[encoder])).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def put(indexes: RegisteredIndexes, encoder: str, number: int, document: DocumentId = DOCUMENT) -> None:
    boxes = (Box(x0=0, y0=0, x1=1, y1=1),) * 3
    indexes.upsert(TENANT, document, number, PageEmbedding(vectors(encoder, number), boxes, (), encoder))


def found(indexes: RegisteredIndexes, encoder: str, seed: int, **more: object) -> Sequence[tuple[DocumentId, int]]:
    query = QueryEmbedding(vectors(encoder, seed), ("", "", ""), encoder)
    hits = indexes.search(TENANT, query, document_ids=(), limit=9, **more)  # type: ignore[arg-type]
    return [(document_id, number) for document_id, number, _ in hits]


def test_pages_and_queries_go_to_the_index_of_their_encoder(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    put(indexes, "a", 1)
    put(indexes, "b", 2)
    put(indexes, "b", 3)
    assert found(indexes, "a", 1) == [(DOCUMENT, 1)]
    assert found(indexes, "b", 3)[0] == (DOCUMENT, 3)
    assert {number for _, number in found(indexes, "b", 3, candidates=[(DOCUMENT, 2)])} == {2, 3}
    assert shelf.opened == ["a", "b"]
    assert indexes.of("b").count() == 2


def test_what_is_asked_without_an_encoder_is_asked_of_the_one_in_use(
    records: PostgresRecords, indexes: RegisteredIndexes
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    put(indexes, "a", 1)
    put(indexes, "b", 2)
    put(indexes, "b", 3)
    assert indexes.count() == 1
    assert list(indexes.places()) == [(TENANT, DOCUMENT, 1)]
    stored = indexes.vectors(TENANT, DOCUMENT, 1)
    assert stored is not None
    assert np.allclose(stored.vectors, vectors("a", 1), atol=1e-3)
    assert indexes.vectors(TENANT, DOCUMENT, 2) is None


def test_before_there_is_an_index_in_use_there_is_nothing_in_it(
    records: PostgresRecords, indexes: RegisteredIndexes
) -> None:
    for _ in range(2):
        assert indexes.count() == 0
        assert list(indexes.places()) == []
        assert indexes.vectors(TENANT, DOCUMENT, 1) is None
        assert list(indexes.page_numbers(TENANT, DOCUMENT)) == []
        indexes.delete(TENANT, DOCUMENT, [1])
        register(records, "b")


def test_a_deletion_goes_over_all_indexes_and_over_those_just_entered_too(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf
) -> None:
    register(records, "a", IndexState.ACTIVE)
    put(indexes, "a", 1)
    put(indexes, "a", 2)
    register(records, "b")  # by another process, and within the time for which nobody looks
    other = RegisteredIndexes(records.indexes, shelf)
    put(other, "b", 2)
    put(other, "b", 3)
    assert list(indexes.page_numbers(TENANT, DOCUMENT)) == [1, 2, 3]
    indexes.delete(TENANT, DOCUMENT, [2])
    assert list(indexes.page_numbers(TENANT, DOCUMENT)) == [1, 3]
    assert [shelf.standing[encoder].count() for encoder in ("a", "b")] == [1, 1]
    other.close()


def test_an_index_that_cannot_be_opened_fails_a_deletion_and_not_a_search(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    put(indexes, "a", 1)
    shelf.away.add("b")
    assert found(indexes, "a", 1) == [(DOCUMENT, 1)]
    with pytest.raises(StoreUnavailable):
        indexes.delete(TENANT, DOCUMENT, [1])
    with pytest.raises(StoreUnavailable):
        indexes.page_numbers(TENANT, DOCUMENT)
    shelf.away.clear()
    indexes.delete(TENANT, DOCUMENT, [1])
    assert list(indexes.page_numbers(TENANT, DOCUMENT)) == []


def test_an_encoder_without_an_index_is_refused_with_what_to_do_until_it_has_one(
    records: PostgresRecords, indexes: RegisteredIndexes
) -> None:
    register(records, "a", IndexState.ACTIVE)
    with pytest.raises(IndexMismatch, match="docai index status"):
        put(indexes, "b", 1)
    with pytest.raises(IndexMismatch, match="docai index status"):
        found(indexes, "b", 1)
    register(records, "b")
    put(indexes, "b", 1)
    assert found(indexes, "b", 1) == [(DOCUMENT, 1)]


def test_a_switch_by_another_process_is_followed_after_a_while(
    records: PostgresRecords, indexes: RegisteredIndexes, clock: Clock
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    put(indexes, "b", 1)
    assert indexes.count() == 0
    records.indexes.activate("b")
    assert indexes.count() == 0
    clock.now += KEEP_S
    assert indexes.count() == 1
    put(indexes, "a", 2)  # of a worker that does not know yet
    assert found(indexes, "a", 2) == [(DOCUMENT, 2)]


def test_an_index_that_another_process_removed_is_closed_and_one_built_again_is_opened_anew(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf, clock: Clock
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    put(indexes, "a", 1)
    put(indexes, "b", 1)
    records.indexes.remove("b")
    shelf.drop("b")
    assert shelf.closed == []
    clock.now += KEEP_S
    with pytest.raises(IndexMismatch):
        put(indexes, "b", 1)
    assert shelf.closed == ["b"]
    register(records, "b", day=1)
    assert found(indexes, "b", 1) == []
    records.indexes.remove("b")
    register(records, "b", day=2)
    clock.now += KEEP_S
    put(indexes, "b", 2)
    assert shelf.opened == ["a", "b", "b", "b"]
    assert shelf.closed == ["b", "b"]


def test_records_are_asked_at_most_once_in_a_while_for_what_is_known(
    records: PostgresRecords, indexes: RegisteredIndexes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(records, "a", IndexState.ACTIVE)
    asked = []
    real = records.indexes.all
    monkeypatch.setattr(records.indexes, "all", lambda: asked.append(clock.now) or real())
    for second in range(5):
        clock.now = float(second)
        put(indexes, "a", second + 1)
        assert indexes.count() == second + 1
    assert asked == [0.0, 2.0, 4.0]


def test_threads_that_come_at_once_open_an_index_once(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf
) -> None:
    register(records, "a", IndexState.ACTIVE)
    register(records, "b")
    together = Barrier(8)

    def work(number: int) -> None:
        together.wait()
        put(indexes, "ab"[number % 2], number + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert sorted(shelf.opened) == ["a", "b"]
    assert [shelf.standing[encoder].count() for encoder in ("a", "b")] == [4, 4]


def test_closing_closes_what_was_opened_and_a_closed_one_says_so(
    records: PostgresRecords, indexes: RegisteredIndexes, shelf: Shelf
) -> None:
    for encoder, state in (("a", IndexState.ACTIVE), ("b", IndexState.BUILDING), ("c", IndexState.PREVIOUS)):
        register(records, encoder, state)
    put(indexes, "a", 1)
    put(indexes, "c", 1)
    indexes.close()
    indexes.close()
    assert sorted(shelf.closed) == ["a", "c"]
    with pytest.raises(StoreUnavailable, match="closed"):
        indexes.count()
    with pytest.raises(StoreUnavailable, match="closed"):
        indexes.delete(TENANT, DOCUMENT, [1])
