"""What every page index must do, run against the exact reference and the real engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import QdrantClient

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId, new_document_id
from docai.errors import HomeInUse, IndexMismatch, InvalidEmbedding, StoreUnavailable
from docai.protocols import PageIndex
from docai.stores.qdrant.admission import MAX_PAGE_VECTORS
from docai.stores.qdrant.edge import EdgeIndex
from docai.stores.qdrant.memory import MemoryIndex
from docai.stores.qdrant.remote import RemoteIndex
from docai.stores.qdrant.server import ServerIndex
from tests.integration.stores.owner_process import owner_process

ENCODER = "test/1"
DIMENSION = 16
TOLERANCE = 2e-3
"""Of a score of about 5: a server keeps float16."""
# The stand-in for a server tells what it does without.
pytestmark = pytest.mark.filterwarnings("ignore:(Payload indexes|Local mode):UserWarning")
TENANT = TenantId(UUID(int=1))
OTHER = TenantId(UUID(int=2))


def page(vectors: Matrix, encoder: str = ENCODER) -> PageEmbedding:
    n = len(vectors)
    return PageEmbedding(vectors, (Box(x0=0, y0=0, x1=1, y1=1),) * n, (), encoder)


def query(vectors: Matrix, encoder: str = ENCODER) -> QueryEmbedding:
    return QueryEmbedding(vectors, ("",) * len(vectors), encoder)


def unit_vectors(seed: int, n: int, dimension: int = DIMENSION) -> Matrix:
    drawn = np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@contextmanager
def remote(tmp_path: Path) -> Iterator[PageIndex]:
    at = tmp_path / "run" / "socket"
    with owner_process(tmp_path / "index", at, dimension=DIMENSION, encoder=ENCODER) as owner:
        index = RemoteIndex(at, dimension=DIMENSION, encoder=ENCODER)
        yield index
        index.close()
        owner.terminate()
        assert owner.communicate() == ("", "")
        assert owner.returncode == 0


class OneAtATime:
    """A client whose calls wait for one another: the stand-in for a server is not thread-safe, unlike a server."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                return getattr(self._client, name)(*arguments, **options)

        return call


@contextmanager
def server(_: Path) -> Iterator[PageIndex]:
    """A real server if the environment names one, else the client's own stand-in for one."""
    url = os.environ.get("DOCAI_TEST_QDRANT_URL")
    client = QdrantClient(url) if url else cast("QdrantClient", OneAtATime(QdrantClient(":memory:")))
    collection = f"docai_test_{uuid4().hex}"
    index = ServerIndex(client, collection=collection, dimension=DIMENSION, encoder=ENCODER)
    yield index
    client.delete_collection(collection)
    index.close()


@contextmanager
def memory(_: Path) -> Iterator[PageIndex]:
    yield MemoryIndex(dimension=DIMENSION, encoder=ENCODER)


@contextmanager
def edge(tmp_path: Path) -> Iterator[PageIndex]:
    index = EdgeIndex(tmp_path / "index", dimension=DIMENSION, encoder=ENCODER)
    yield index
    index.close()


@pytest.fixture(params=[memory, edge, remote, server], ids=lambda make: make.__name__)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PageIndex]:
    with request.param(tmp_path) as made:
        yield made


def test_scores_are_the_sum_of_each_query_vectors_best_product(index: PageIndex) -> None:
    wanted = unit_vectors(0, 5) * np.array([[1], [2], [0.5], [3], [1]], dtype=np.float32)
    pages = {new_document_id(): unit_vectors(seed, 20 + seed) for seed in range(1, 31)}
    for document_id, vectors in pages.items():
        index.upsert(TENANT, document_id, 1, page(vectors))
    exact = {document_id: float((wanted @ vectors.T).max(axis=1).sum()) for document_id, vectors in pages.items()}
    found = index.search(TENANT, query(wanted), document_ids=(), limit=10)
    assert [document_id for document_id, _, _ in found] == sorted(exact, key=lambda d: -exact[d])[:10]
    assert [score for _, _, score in found] == pytest.approx(sorted(exact.values(), reverse=True)[:10], abs=TOLERANCE)


def test_a_tenant_sees_no_other_tenants_pages(index: PageIndex) -> None:
    mine, theirs = new_document_id(), new_document_id()
    vectors = unit_vectors(1, 3)
    index.upsert(TENANT, mine, 1, page(unit_vectors(2, 3)))
    index.upsert(OTHER, theirs, 1, page(vectors))
    assert [d for d, _, _ in index.search(TENANT, query(vectors), document_ids=(), limit=5)] == [mine]
    assert index.search(TENANT, query(vectors), document_ids=[theirs], limit=5) == []


def test_a_tenant_cannot_delete_another_tenants_pages(index: PageIndex) -> None:
    document_id = new_document_id()
    index.upsert(TENANT, document_id, 1, page(unit_vectors(1, 3)))
    index.delete(OTHER, document_id, [1])
    assert index.count() == 1


def test_a_search_can_be_kept_within_documents(index: PageIndex) -> None:
    vectors = unit_vectors(1, 3)
    documents = [new_document_id() for _ in range(3)]
    for document_id in documents:
        index.upsert(TENANT, document_id, 7, page(vectors))
    found = index.search(TENANT, query(vectors), document_ids=documents[:2], limit=5)
    assert {(d, n) for d, n, _ in found} == {(d, 7) for d in documents[:2]}


def test_a_page_written_twice_is_there_once_as_written_last(index: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    index.upsert(TENANT, document_id, 1, page(unit_vectors(2, 9)))
    index.upsert(TENANT, document_id, 1, page(vectors))
    assert index.count() == 1
    ((_, _, score),) = index.search(TENANT, query(vectors), document_ids=(), limit=5)
    assert score == pytest.approx(3.0, abs=TOLERANCE)


def test_a_deleted_page_is_gone_at_once_and_deleting_it_again_is_harmless(index: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    for number in (1, 2):
        index.upsert(TENANT, document_id, number, page(vectors))
    index.delete(TENANT, document_id, [1, 99])
    index.delete(TENANT, document_id, [1])
    assert [n for _, n, _ in index.search(TENANT, query(vectors), document_ids=(), limit=5)] == [2]
    assert index.count() == 1


def test_an_index_tells_which_pages_of_a_document_it_has(index: PageIndex) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    assert list(index.page_numbers(TENANT, document_id)) == []
    for number in (10, 2, 1):
        index.upsert(TENANT, document_id, number, page(vectors))
    index.upsert(TENANT, new_document_id(), 5, page(vectors))
    index.upsert(OTHER, new_document_id(), 6, page(vectors))
    index.delete(TENANT, document_id, [2])
    assert list(index.page_numbers(TENANT, document_id)) == [1, 10]
    assert list(index.page_numbers(OTHER, document_id)) == []


def test_an_empty_index_finds_nothing(index: PageIndex) -> None:
    assert list(index.search(TENANT, query(unit_vectors(1, 2)), document_ids=(), limit=5)) == []


def _with(row: Callable[[Matrix], object]) -> Matrix:
    vectors = unit_vectors(1, 4)
    row(vectors)
    return vectors


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(_with(lambda v: v.__setitem__((1, 2), np.nan)), id="not a number"),
        pytest.param(_with(lambda v: v.__setitem__((1, 2), np.inf)), id="infinite"),
        pytest.param(_with(lambda v: v.__setitem__(1, 0)), id="zero"),
        pytest.param(unit_vectors(1, 4) * 2, id="not of unit length"),
        pytest.param(unit_vectors(1, 4, DIMENSION * 2), id="another dimension"),
        pytest.param(np.zeros((0, DIMENSION), dtype=np.float32), id="none"),
        pytest.param(np.repeat(unit_vectors(1, 1), MAX_PAGE_VECTORS + 1, axis=0), id="too many"),
    ],
)
def test_a_page_with_bad_vectors_is_refused_and_nothing_is_written(index: PageIndex, vectors: Matrix) -> None:
    with pytest.raises(InvalidEmbedding):
        index.upsert(TENANT, new_document_id(), 1, page(vectors))
    assert index.count() == 0


def test_a_query_with_bad_vectors_is_refused(index: PageIndex) -> None:
    with pytest.raises(InvalidEmbedding):
        index.search(TENANT, query(unit_vectors(1, 2) * np.float32(np.nan)), document_ids=(), limit=5)


def test_another_encoders_vectors_are_refused(index: PageIndex) -> None:
    vectors = unit_vectors(1, 2)
    with pytest.raises(IndexMismatch):
        index.upsert(TENANT, new_document_id(), 1, page(vectors, "test/2"))
    with pytest.raises(IndexMismatch):
        index.search(TENANT, query(vectors, "test/2"), document_ids=(), limit=5)


def test_many_threads_may_write_delete_and_search_at_once(index: PageIndex) -> None:
    document_id, wanted = new_document_id(), query(unit_vectors(0, 4))
    faults: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, start + 25):
                index.upsert(TENANT, document_id, number, page(unit_vectors(number, 30)))
                index.search(TENANT, wanted, document_ids=(), limit=5)
                if number % 5 == 0:
                    index.delete(TENANT, document_id, [number])
        except BaseException as fault:  # noqa: BLE001 - handed to the test's thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(start,)) for start in (1, 101, 201, 301)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert index.count() == 4 * 20


# ---------------------------------------------------------------- what only files can do


def open_edge(folder: Path, encoder: str = ENCODER, dimension: int = DIMENSION) -> EdgeIndex:
    return EdgeIndex(folder, dimension=dimension, encoder=encoder)


def test_an_index_opened_again_has_what_was_written(tmp_path: Path) -> None:
    document_id, vectors = new_document_id(), unit_vectors(1, 3)
    first = open_edge(tmp_path)
    first.upsert(TENANT, document_id, 1, page(vectors))
    first.upsert(TENANT, document_id, 2, page(vectors))
    first.delete(TENANT, document_id, [2])
    first.close()
    again = open_edge(tmp_path)
    assert [(d, n) for d, n, _ in again.search(TENANT, query(vectors), document_ids=(), limit=5)] == [(document_id, 1)]
    again.close()


def test_an_index_whose_process_was_killed_has_what_was_written(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; sys.path.insert(0, sys.argv[2]);"
        "from tests.contracts.test_page_index import *;"
        "index = open_edge(pathlib.Path(sys.argv[1]));"
        "[index.upsert(TENANT, DocumentId(UUID(int=9)), n, page(unit_vectors(n, 3))) for n in range(1, 21)];"
        "print('written', flush=True); time.sleep(60)"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "index"), str(Path(__file__).parents[2])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        with pytest.raises(HomeInUse):
            open_edge(tmp_path / "index")
        os.kill(child.pid, signal.SIGKILL)
    again = open_edge(tmp_path / "index")
    assert again.count() == 20
    ((_, number, _), *_) = again.search(TENANT, query(unit_vectors(7, 3)), document_ids=(), limit=5)
    assert number == 7
    again.close()


def test_a_crash_while_the_index_was_made_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "shard" / "segments").mkdir(parents=True)
    made = open_edge(tmp_path)
    assert made.count() == 0
    made.close()


@pytest.mark.parametrize(("encoder", "dimension"), [("test/2", DIMENSION), (ENCODER, 32)])
def test_an_index_of_another_encoder_is_refused(tmp_path: Path, encoder: str, dimension: int) -> None:
    open_edge(tmp_path).close()
    with pytest.raises(IndexMismatch, match="rebuild"):
        open_edge(tmp_path, encoder, dimension)


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    closed = open_edge(tmp_path)
    closed.close()
    with pytest.raises(StoreUnavailable):
        closed.count()


def test_a_page_larger_than_a_point_is_scored_as_one_page(tmp_path: Path) -> None:
    dimension = 512  # 2047 vectors a point
    index = EdgeIndex(tmp_path, dimension=dimension, encoder=ENCODER)
    large, small = new_document_id(), new_document_id()
    vectors = unit_vectors(1, 5000, dimension)
    index.upsert(TENANT, large, 1, page(vectors))
    index.upsert(TENANT, small, 1, page(vectors[:2]))
    wanted = vectors[[0, 2500, 4999]]
    found = index.search(TENANT, query(wanted), document_ids=(), limit=5)
    assert [d for d, _, _ in found] == [large, small]
    assert found[0][2] == pytest.approx(3.0, abs=1e-3)
    assert index.search(OTHER, query(wanted), document_ids=(), limit=5) == []
    assert index.count() == 2
    assert list(index.page_numbers(TENANT, large)) == [1]
    index.upsert(TENANT, large, 1, page(vectors[:3]))
    assert index.search(TENANT, query(wanted), document_ids=[large], limit=5)[0][2] < 2.0
    index.upsert(TENANT, large, 1, page(vectors))
    index.delete(TENANT, large, [1])
    assert index.count() == 1
    index.close()


def test_merging_segments_changes_no_answer(tmp_path: Path) -> None:
    index = open_edge(tmp_path)
    documents = [DocumentId(uuid4()) for _ in range(50)]
    for seed, document_id in enumerate(documents):
        index.upsert(TENANT, document_id, 1, page(unit_vectors(seed, 10)))
    for document_id in documents[::2]:
        index.delete(TENANT, document_id, [1])
    wanted = query(unit_vectors(99, 4))
    before = index.search(TENANT, wanted, document_ids=(), limit=50)
    index.optimise()
    after = index.search(TENANT, wanted, document_ids=(), limit=50)
    assert [place[:2] for place in after] == [place[:2] for place in before]
    assert [s for _, _, s in after] == pytest.approx([s for _, _, s in before], abs=1e-5)
    assert index.count() == 25
    index.close()
