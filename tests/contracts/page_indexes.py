"""Every kind of page index, made for a test, and pages and queries for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import numpy as np
from qdrant_client import QdrantClient

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.ids import TenantId
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy
from docai.protocols import IndexShelf, PageIndex
from docai.stores.qdrant.edge import EdgeShelf
from docai.stores.qdrant.memory import MemoryShelf
from docai.stores.qdrant.remote import RemoteShelf
from docai.stores.qdrant.server import ServerShelf
from tests.integration.stores.owner_process import owner_process

ENCODER = "test/1"
DIMENSION = 16
TOLERANCE = 4e-3
"""Of a score of about 5: vectors are kept in float16."""
TENANT = TenantId(UUID(int=1))
OTHER = TenantId(UUID(int=2))
NARROW = CandidatePolicy(full_scan_pages=5, candidates=8)
"""So that a handful of pages takes the way of a million."""

ShelfMaker = Callable[[Path], AbstractContextManager[IndexShelf]]


def page(
    vectors: Matrix, encoder: str = ENCODER, *, runs: Sequence[int] = (), grid: PageGrid | None = None
) -> PageEmbedding:
    n = len(vectors)
    return PageEmbedding(vectors, (Box(x0=0, y0=0, x1=1, y1=1),) * n, (), encoder, tuple(runs), grid)


def grid_page(vectors: Matrix, grid: PageGrid) -> PageEmbedding:
    return page(vectors, runs=grid.run_lengths, grid=grid)


def query(vectors: Matrix, encoder: str = ENCODER) -> QueryEmbedding:
    return QueryEmbedding(vectors, ("",) * len(vectors), encoder)


def unit(drawn: Matrix) -> Matrix:
    lengths = np.linalg.norm(drawn, axis=-1, keepdims=True)
    return cast("Matrix", (drawn / lengths).astype(np.float32))


def unit_vectors(seed: int, n: int, dimension: int = DIMENSION) -> Matrix:
    return unit(np.random.default_rng(seed).standard_normal((n, dimension)).astype(np.float32))


class Server:
    """A client whose calls wait for one another, and which stays when one of its indexes hangs up.

    The stand-in for a server is not thread-safe, unlike a server, and gone with its client.
    """

    def __init__(self, client: QdrantClient) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                return getattr(self._client, name)(*arguments, **options)

        return call

    def close(self) -> None:
        pass


@contextmanager
def memory(_: Path) -> Iterator[IndexShelf]:
    yield MemoryShelf()


@contextmanager
def edge(tmp_path: Path, policy: CandidatePolicy = DEFAULT_POLICY) -> Iterator[IndexShelf]:
    yield EdgeShelf(tmp_path / "indexes", policy=policy)


@contextmanager
def remote(tmp_path: Path, policy: CandidatePolicy = DEFAULT_POLICY) -> Iterator[IndexShelf]:
    at = tmp_path / "run" / "socket"
    arguments = ("--full-scan-pages", str(policy.full_scan_pages), "--candidates", str(policy.candidates))
    with owner_process(tmp_path / "indexes", at, arguments=arguments) as owner:
        yield RemoteShelf(at)
        owner.terminate()
        assert owner.communicate() == ("", "")
        assert owner.returncode == 0


@contextmanager
def server(_: Path, policy: CandidatePolicy = DEFAULT_POLICY) -> Iterator[IndexShelf]:
    """On a real server if the environment names one, else on the client's own stand-in for one."""
    url = os.environ.get("DOCAI_TEST_QDRANT_URL")
    client = QdrantClient(url) if url else QdrantClient(":memory:")
    shared, prefix = cast("QdrantClient", Server(client)), f"docai_test_{uuid4().hex}"
    yield ServerShelf(lambda: shared, prefix=prefix, policy=policy)
    for found in client.get_collections().collections:
        if found.name.startswith(prefix):
            client.delete_collection(found.name)
    client.close()


@contextmanager
def edge_narrow(tmp_path: Path) -> Iterator[IndexShelf]:
    with edge(tmp_path, NARROW) as shelf:
        yield shelf


@contextmanager
def remote_narrow(tmp_path: Path) -> Iterator[IndexShelf]:
    with remote(tmp_path, NARROW) as shelf:
        yield shelf


@contextmanager
def server_narrow(tmp_path: Path) -> Iterator[IndexShelf]:
    with server(tmp_path, NARROW) as shelf:
        yield shelf


WIDE: tuple[ShelfMaker, ...] = (memory, edge, remote, server)
TWO_STAGED: tuple[ShelfMaker, ...] = (edge_narrow, remote_narrow, server_narrow)


@contextmanager
def opened(make: ShelfMaker, tmp_path: Path) -> Iterator[PageIndex]:
    """The index of the encoder that tests use."""
    with make(tmp_path) as shelf:
        index = shelf.open(ENCODER, DIMENSION)
        yield index
        index.close()
