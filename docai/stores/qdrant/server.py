"""The page index on a Qdrant server or cluster, over gRPC or HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from json import JSONDecodeError
from typing import Self
from uuid import UUID

import grpc  # type: ignore[import-untyped]
import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.errors import DocaiError, IndexMismatch, StoreError, StoreFull, StoreUnavailable
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.memory import max_sim
from docai.stores.qdrant.tiles import tile_ids, tiles_of

_VECTORS = "words"
_SCROLL = 1_000
"""Points asked for at once without their vectors."""
_SCROLL_TILES = 8
"""Points asked for at once with their vectors: a tile has 4 MiB, 20 as JSON."""
_REFUSED = {400, 413, 422, grpc.StatusCode.INVALID_ARGUMENT}
"""The server will not have it, however often it is asked."""
_MISSING = {404, grpc.StatusCode.NOT_FOUND}


class ServerIndex:
    """One collection, for all tenants and processes; MaxSim is exact, over all vectors. Thread-safe.

    Vectors are kept as float16, which moves a score by about 1/2000 of it. A page is one point, or several where it
    has more vectors than a point can hold: see `EdgeIndex`. A client that speaks gRPC must be made after a fork.
    """

    def __init__(
        self, client: QdrantClient, *, collection: str, dimension: int, encoder: str, replication_factor: int = 1
    ) -> None:
        """Open the collection, or make one for vectors of this length by this encoder.

        A server that does not answer at the moment is no error yet: the first call that reaches it opens it.

        Raises:
            IndexMismatch: another encoder built it.
        """
        self._client = client
        self._name = collection
        self._replication_factor = replication_factor
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._lock = threading.Lock()
        self._is_open = False
        self._is_closed = False
        with suppress(StoreUnavailable, StoreFull), self._opened("open"):
            pass

    @classmethod
    def connect(  # noqa: PLR0913 - each is a setting of its own
        cls,
        url: str,
        *,
        api_key: str | None,
        grpc_port: int,
        timeout_s: float,
        collection: str,
        dimension: int,
        encoder: str,
        replication_factor: int = 1,
    ) -> Self:
        """The index at a URL, over gRPC if a port is named for it, else over HTTP.

        Raises:
            IndexMismatch: another encoder built it.
        """
        client = QdrantClient(
            url=url,
            api_key=api_key,
            grpc_port=grpc_port,
            prefer_grpc=grpc_port > 0,
            timeout=max(1, round(timeout_s)),
            check_compatibility=False,  # it asks the server in a thread of its own, and only warns
        )
        return cls(
            client,
            collection=collection,
            dimension=dimension,
            encoder=encoder,
            replication_factor=replication_factor,
        )

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
            StoreUnavailable, StoreFull: it may have been written, or a large page in part; to be repeated.
        """
        tiles = tiles_of(self._admission.page(embedding))
        ids = tile_ids(document_id, page_number, self._admission.encoder, len(tiles))
        payload = {
            "tenant_id": str(tenant_id),
            "document_id": str(document_id),
            "page_number": page_number,
            "encoder": self._admission.encoder,
            "tiles": len(tiles),
        }
        with self._opened("write"):
            # What is too much goes first, and the first tile, which tells how many there are, comes first: however
            # this ends, a repeat finds all there is. One tile a request, since a server takes 32 MiB at once.
            self._remove_surplus(ids)
            for number, (id_, tile) in enumerate(zip(ids, tiles, strict=True)):
                point = models.PointStruct(
                    id=str(id_), vector={_VECTORS: tile.tolist()}, payload={**payload, "tile": number}
                )
                self._client.upsert(self._name, [point], wait=True)

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none.

        Raises:
            StoreUnavailable: it may not have been done, or in part.
        """
        if not page_numbers:
            return
        pages = models.FieldCondition(key="page_number", match=models.MatchAny(any=list(page_numbers)))
        with self._opened("write"):
            found = self._scroll(models.Filter(must=[*_scope(tenant_id, [document_id]), pages]), limit=_SCROLL)
            # Deleting by filter can be undone by a replay of the server's log.
            self._remove([str(record.id) for record in found])

    def search(
        self, tenant_id: TenantId, query: QueryEmbedding, *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all vectors: document, page number, score, best first.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
            StoreUnavailable: the server does not answer.
        """
        wanted = self._admission.query(query)
        scope = _scope(tenant_id, document_ids)
        with self._opened("search"):
            found = self._client.query_points(
                self._name,
                query=wanted.tolist(),
                using=_VECTORS,
                query_filter=models.Filter(must=[*scope, _is_whole()]),
                search_params=models.SearchParams(exact=True),
                limit=limit,
                with_payload=True,
            )
            tiled = self._tiled(models.Filter(must=scope, must_not=[_is_whole()]))
        scored = [(_place(point), point.score) for point in found.points]
        scored += [(place, max_sim(wanted, vectors)) for place, vectors in tiled.items()]
        scored.sort(key=lambda page: -page[1])
        return [(document_id, number, score) for (document_id, number), score in scored[:limit]]

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        with self._opened("read"):
            found = self._scroll(models.Filter(must=_scope(tenant_id, [document_id])), limit=_SCROLL)
            return sorted({_place(record)[1] for record in found})

    def count(self) -> int:
        """How many pages are stored, of all tenants.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        first = models.FieldCondition(key="tile", match=models.MatchValue(value=0))
        with self._opened("count"):
            return self._client.count(self._name, count_filter=models.Filter(must=[first]), exact=True).count

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._is_closed = True
            self._client.close()

    def _remove_surplus(self, ids: Sequence[UUID]) -> None:
        """Remove the tiles that the page has and will not have any more."""
        for record in self._client.retrieve(self._name, [str(ids[0])], with_payload=True, with_vectors=False):
            document_id, page_number = _place(record)
            stored = tile_ids(document_id, page_number, self._admission.encoder, _payload(record)["tiles"])
            self._remove([str(id_) for id_ in stored[len(ids) :]])

    def _remove(self, ids: list[models.ExtendedPointId]) -> None:
        if ids:
            self._client.delete(self._name, models.PointIdsList(points=ids), wait=True)

    def _tiled(self, wanted: models.Filter) -> dict[tuple[DocumentId, int], Matrix]:
        tiles: dict[tuple[DocumentId, int], list[Matrix]] = {}
        for record in self._scroll(wanted, limit=_SCROLL_TILES, with_vectors=True):
            assert isinstance(record.vector, dict)
            tiles.setdefault(_place(record), []).append(np.asarray(record.vector[_VECTORS], dtype=np.float32))
        return {place: np.concatenate(parts) for place, parts in tiles.items()}

    def _scroll(self, wanted: models.Filter, *, limit: int, with_vectors: bool = False) -> list[models.Record]:
        records: list[models.Record] = []
        offset = None
        while True:
            found, offset = self._client.scroll(
                self._name,
                scroll_filter=wanted,
                limit=limit,
                offset=offset,
                with_payload=True,
                with_vectors=with_vectors,
            )
            records += found
            if offset is None:
                return records

    @contextmanager
    def _opened(self, doing: str) -> Iterator[None]:
        """The collection made and checked, once; the client's errors as ours."""
        try:
            with self._lock:
                if self._is_closed:
                    raise StoreUnavailable("The page index is closed.")
                if not self._is_open:
                    self._open()
                    self._is_open = True
            yield
        except (ApiException, QdrantException, grpc.RpcError, JSONDecodeError) as error:
            if _status(error) in _MISSING:
                self._is_open = False  # somebody removed the collection; the next call makes it anew
            raise _translated(error, doing) from error

    def _open(self) -> None:
        if not self._client.collection_exists(self._name):
            try:
                self._create()
            except (ApiException, grpc.RpcError):
                # Another process may have been faster.
                if not self._client.collection_exists(self._name):
                    raise
        found = self._client.get_collection(self._name)
        ours = {"encoder": self._admission.encoder, "dimension": self._admission.dimension}
        theirs = {name: (found.config.metadata or {}).get(name) for name in ours}
        if theirs != ours:
            raise IndexMismatch(
                f"The collection {self._name!r} was built by the encoder {theirs['encoder']!r}; rebuild it.",
                index=theirs,
                given=ours,
            )
        for field, schema in _INDEXED.items():
            if field not in (found.payload_schema or {}):
                self._client.create_payload_index(self._name, field, schema, wait=True)

    def _create(self) -> None:
        vectors = models.VectorParams(
            size=self._admission.dimension,
            # Dot, since Cosine would scale the query's vectors to length 1 and so lose their weights.
            distance=models.Distance.DOT,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            # m=0 means no graph: building one compares every word of a page with every word of hundreds of others.
            hnsw_config=models.HnswConfigDiff(m=0),
            datatype=models.Datatype.FLOAT16,
        )
        self._client.create_collection(
            self._name,
            vectors_config={_VECTORS: vectors},
            replication_factor=self._replication_factor,
            metadata={"encoder": self._admission.encoder, "dimension": self._admission.dimension},
        )


_INDEXED: dict[str, models.KeywordIndexParams | models.IntegerIndexParams] = {
    "tenant_id": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
    "document_id": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "page_number": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
    "tile": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
    "tiles": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
}


def _scope(tenant_id: TenantId, document_ids: Sequence[DocumentId]) -> list[models.Condition]:
    """Points of this tenant and, if any are named, these documents."""
    must: list[models.Condition] = [
        models.FieldCondition(key="tenant_id", match=models.MatchValue(value=str(tenant_id)))
    ]
    if document_ids:
        any_of = models.MatchAny(any=[str(document_id) for document_id in document_ids])
        must.append(models.FieldCondition(key="document_id", match=any_of))
    return must


def _is_whole() -> models.FieldCondition:
    return models.FieldCondition(key="tiles", match=models.MatchValue(value=1))


def _place(found: models.Record | models.ScoredPoint) -> tuple[DocumentId, int]:
    payload = _payload(found)
    return DocumentId(UUID(payload["document_id"])), int(payload["page_number"])


def _payload(found: models.Record | models.ScoredPoint) -> models.Payload:
    if found.payload is None:
        raise StoreUnavailable("A point of the page index has no payload.", point=str(found.id))
    return found.payload


def _status(error: Exception) -> object:
    """The HTTP or gRPC status of an answer; None where there was none."""
    if isinstance(error, UnexpectedResponse):
        return error.status_code
    return error.code() if isinstance(error, grpc.Call) else None


def _translated(error: Exception, doing: str) -> DocaiError:
    """The client's error as ours."""
    reason = error.content.decode(errors="replace") if isinstance(error, UnexpectedResponse) else str(error)
    if _status(error) == 507 or "No space left" in reason or "os error 28" in reason:
        return StoreFull("The Qdrant server's disk is full.", reason=reason)
    if _status(error) in _REFUSED:
        return StoreError(f"The Qdrant server refused to {doing}.", reason=reason)
    return StoreUnavailable(f"The Qdrant server failed to {doing}.", reason=reason)
