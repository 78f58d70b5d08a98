"""What only a server's index does: one collection for many processes, and a server that fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast
from uuid import UUID, uuid4

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import TenantId, new_document_id
from docai.errors import DocaiError, IndexMismatch, StoreError, StoreFull, StoreUnavailable
from docai.stores.qdrant import collection as collection_module
from docai.stores.qdrant.server import ServerIndex, ServerShelf

pytestmark = pytest.mark.filterwarnings("ignore:(Payload indexes|Local mode):UserWarning")
ENCODER = "test/1"
TENANT = TenantId(UUID(int=1))


def vectors(n: int, dimension: int = 16) -> Matrix:
    drawn = np.random.default_rng(n).standard_normal((n, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def page(n: int, dimension: int = 16) -> PageEmbedding:
    return PageEmbedding(vectors(n, dimension), (), (), ENCODER)


def opened(client: QdrantClient, encoder: str = ENCODER, dimension: int = 16) -> ServerIndex:
    return ServerIndex(client, collection="pages", dimension=dimension, encoder=encoder)


def shelf_at(url: str, grpc_port: int = 0) -> ServerShelf:
    return ServerShelf.connect(url, api_key=None, grpc_port=grpc_port, timeout_s=30, prefix="pages")


def connected(url: str, grpc_port: int = 0) -> ServerIndex:
    return shelf_at(url, grpc_port).open(ENCODER, 16)


class KeptOpen:
    """The stand-in for a server, which is gone when its one client hangs up, as if it stayed."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def close(self) -> None:
        pass


def shelf_of(server: KeptOpen) -> ServerShelf:
    return ServerShelf(lambda: cast("QdrantClient", server), prefix="pages")


def test_two_processes_share_one_collection() -> None:
    client, document_id = QdrantClient(":memory:"), new_document_id()
    first, second = opened(client), opened(client)
    first.upsert(TENANT, document_id, 1, page(3))
    assert list(second.page_numbers(TENANT, document_id)) == [1]


@pytest.mark.parametrize(("encoder", "dimension"), [("test/2", 16), (ENCODER, 32)])
def test_a_collection_of_another_encoder_is_refused(encoder: str, dimension: int) -> None:
    client = QdrantClient(":memory:")
    opened(client)
    with pytest.raises(IndexMismatch, match="build it anew"):
        opened(client, encoder, dimension)


def test_a_collection_that_is_not_ours_is_refused() -> None:
    client = QdrantClient(":memory:")
    client.create_collection("pages", models.VectorParams(size=16, distance=models.Distance.COSINE))
    with pytest.raises(IndexMismatch):
        opened(client)


def test_a_collection_of_another_layout_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(":memory:")
    monkeypatch.setattr(collection_module, "LAYOUT", 1)
    opened(client)
    monkeypatch.undo()
    with pytest.raises(IndexMismatch, match="another version of docai; build it anew"):
        opened(client)


def test_a_collection_keeps_every_vector_on_disk_without_a_graph_over_them() -> None:
    client = QdrantClient(":memory:")
    opened(client)
    made = client.get_collection("pages").config.params.vectors
    assert isinstance(made, dict)
    for params in made.values():
        assert params.distance == models.Distance.DOT
        assert params.datatype == models.Datatype.FLOAT16
        assert params.multivector_config == models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    assert made["patches"].hnsw_config == models.HnswConfigDiff(m=0)
    assert made["patches"].on_disk
    assert made["runs"].hnsw_config == models.HnswConfigDiff(m=16)


def test_each_encoder_has_a_collection_and_the_alias_is_that_of_the_one_in_use() -> None:
    server = KeptOpen()
    shelf = shelf_of(server)
    for encoder, n_pages in ((ENCODER, 1), ("test/2", 2)):
        index = shelf.open(encoder, 16)
        for number in range(n_pages):
            index.upsert(TENANT, new_document_id(), number + 1, PageEmbedding(vectors(3), (), (), encoder))
    for encoder, n_pages in ((ENCODER, 1), ("test/2", 2), ("test/2", 2), (ENCODER, 1)):
        shelf.point_to(encoder)
        assert server.client.count("pages").count == n_pages
        assert len(server.client.get_aliases().aliases) == 1


def test_an_alias_where_another_versions_collection_stands_is_refused() -> None:
    server = KeptOpen()
    opened(server.client)
    shelf = shelf_of(server)
    shelf.open(ENCODER, 16)
    with pytest.raises(IndexMismatch, match="delete it"):
        shelf.point_to(ENCODER)


def test_a_dropped_index_is_gone_and_the_others_stay() -> None:
    server = KeptOpen()
    shelf = shelf_of(server)
    for encoder in (ENCODER, "test/2"):
        embedding = PageEmbedding(vectors(3), (), (), encoder)
        shelf.open(encoder, 16).upsert(TENANT, new_document_id(), 1, embedding)
    shelf.drop(ENCODER)
    shelf.drop("never there")
    assert shelf.open("test/2", 16).count() == 1
    assert len(server.client.get_collections().collections) == 1
    assert shelf.open(ENCODER, 16).count() == 0


@pytest.mark.parametrize("grpc_port", [0, 1], ids=["HTTP", "gRPC"])
def test_a_shelf_says_that_its_server_is_away(grpc_port: int) -> None:
    shelf = shelf_at("http://127.0.0.1:1", grpc_port)
    with pytest.raises(StoreUnavailable):
        shelf.drop(ENCODER)
    with pytest.raises(StoreUnavailable):
        shelf.point_to(ENCODER)


def test_a_large_page_is_whole_after_a_write_that_broke_off_is_repeated() -> None:
    client, document_id, dimension = QdrantClient(":memory:"), new_document_id(), 512  # 2047 vectors a point
    index = opened(client, dimension=dimension)
    index.upsert(TENANT, document_id, 1, page(5000, dimension))
    assert client.count("pages").count == 3
    second, third = sorted(
        str(record.id) for record in client.scroll("pages")[0] if record.payload and record.payload["tile"] > 0
    )
    client.delete("pages", [second])
    index.upsert(TENANT, document_id, 1, page(5000, dimension))
    assert client.count("pages").count == 3
    client.delete("pages", [third])
    index.upsert(TENANT, document_id, 1, page(3, dimension))
    assert client.count("pages").count == 1
    ((_, _, score),) = index.search(
        TENANT, QueryEmbedding(vectors(3, dimension), (), ENCODER), document_ids=(), limit=9
    )
    assert score == pytest.approx(3.0, abs=1e-3)


def test_deleting_finds_a_large_pages_tiles_even_without_the_first() -> None:
    client, document_id, dimension = QdrantClient(":memory:"), new_document_id(), 512
    index = opened(client, dimension=dimension)
    index.upsert(TENANT, document_id, 1, page(5000, dimension))
    (first,) = [r.id for r in client.scroll("pages")[0] if r.payload and r.payload["tile"] == 0]
    client.delete("pages", [first])
    assert list(index.page_numbers(TENANT, document_id)) == [1]
    index.delete(TENANT, document_id, [1])
    assert list(index.page_numbers(TENANT, document_id)) == []


@pytest.mark.parametrize("grpc_port", [0, 1], ids=["HTTP", "gRPC"])
def test_a_server_that_is_away_fails_the_call_and_not_the_start(grpc_port: int) -> None:
    index = connected("http://127.0.0.1:1", grpc_port)  # nobody listens on port 1
    with pytest.raises(StoreUnavailable) as caught:
        index.upsert(TENANT, uuid4(), 1, page(3))  # type: ignore[arg-type]
    assert caught.value.retryable
    index.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        index.count()


@contextmanager
def answering(status: int, words: str) -> Iterator[str]:
    """A server that has one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}"
        finally:
            httpd.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (500, "Service internal error: No space left on device (os error 28)", StoreFull),
        (507, "full", StoreFull),
        (503, "starting", StoreUnavailable),
        (403, "no key", StoreUnavailable),
        (200, "<html>a proxy's page</html>", StoreUnavailable),
    ],
)
def test_a_servers_error_is_ours(status: int, words: str, kind: type[DocaiError]) -> None:
    with answering(status, words) as url:
        index = connected(url)
        with pytest.raises(StoreError) as caught:
            index.count()
    assert type(caught.value) is kind
    assert status == 200 or words in str(caught.value.details["reason"])


def test_a_request_that_the_server_will_never_take_is_not_to_be_retried() -> None:
    with answering(400, "bad request") as url, pytest.raises(StoreError) as caught:
        connected(url)
    assert not caught.value.retryable
