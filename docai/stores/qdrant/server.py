"""The page indexes on a Qdrant server or cluster, over gRPC or HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Self
from uuid import UUID

import numpy as np
from qdrant_client import QdrantClient, models

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId, point_id
from docai.domain.indexes import PagePlace
from docai.errors import IndexMismatch, StoreFull, StoreUnavailable
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy, max_sim
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.collection import (
    CLIENT_ERRORS,
    is_first,
    is_missing,
    is_whole,
    one_of,
    open_collection,
    scope_of,
    scroll,
    translated,
)
from docai.stores.qdrant.names import short_name
from docai.stores.qdrant.points import (
    PATCHES,
    RUNS,
    ScoredPage,
    best,
    grid_of,
    ids_of,
    payload_of,
    place_of,
    points_of,
)

_TILES = 8
"""Tiles asked for at once with their vectors: one has 4 MiB, 20 as JSON, and a server answers 32 MiB at most."""


class ServerIndex:
    """One collection, for all tenants and processes. Thread-safe.

    Vectors are kept as float16, which moves a score by about 1/2000 of it. A page is one point, or several where it
    has more vectors than a point can hold: see `EdgeIndex`. A client that speaks gRPC must be made after a fork.
    """

    def __init__(
        self,
        client: QdrantClient,
        *,
        collection: str,
        dimension: int,
        encoder: str,
        replication_factor: int = 1,
        policy: CandidatePolicy = DEFAULT_POLICY,
    ) -> None:
        """Open the collection, or make one for vectors of this length by this encoder; the client is ours to close.

        A server that does not answer at the moment is no error yet: the first call that reaches it opens it.

        Raises:
            IndexMismatch: another encoder or another version of docai built it.
        """
        self._client = client
        self._name = collection
        self._replication_factor = replication_factor
        self._policy = policy
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._lock = threading.Lock()
        self._is_open = False
        self._is_closed = False
        with suppress(StoreUnavailable, StoreFull), self._opened("open"):
            pass

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
            StoreUnavailable, StoreFull: it may have been written, or a large page in part; to be repeated.
        """
        vectors = self._admission.page(embedding)
        points = points_of(tenant_id, document_id, page_number, embedding, vectors)
        with self._opened("write"):
            # What is too much goes first, and the first tile, which tells how many there are, comes first: however
            # this ends, a repeat finds all there is. One tile a request, since a server takes 32 MiB at once.
            self._remove_surplus(points[0].id, len(points))
            for point in points:
                named: dict[str, models.Vector] = {name: rows.tolist() for name, rows in point.vectors.items()}
                written = models.PointStruct(id=str(point.id), vector=named, payload=point.payload)
                self._client.upsert(self._name, [written], wait=True)

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none.

        Raises:
            StoreUnavailable: it may not have been done, or in part.
        """
        if not page_numbers:
            return
        pages = models.FieldCondition(key="page", match=models.MatchAny(any=list(page_numbers)))
        with self._opened("write"):
            wanted = models.Filter(must=[*scope_of(tenant_id, [document_id]), pages])
            # Deleting by filter can be undone by a replay of the server's log.
            self._remove([str(record.id) for record in scroll(self._client, self._name, wanted)])

    def search(
        self,
        tenant_id: TenantId,
        query: QueryEmbedding,
        *,
        document_ids: Sequence[DocumentId],
        limit: int,
        candidates: Sequence[tuple[DocumentId, int]] = (),
    ) -> Sequence[ScoredPage]:
        """Best pages by MaxSim over all their vectors: document, page number, score, best first.

        Where more pages are in scope than `CandidatePolicy` has scored, the means of their runs choose which.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
            StoreUnavailable: the server does not answer.
        """
        wanted = self._admission.query(query)
        chosen = scope_of(tenant_id, document_ids)
        with self._opened("search"):
            if self._count(chosen) > self._policy.full_scan_pages:
                named: set[UUID] = {point_id(*place, self._admission.encoder) for place in candidates}
                chosen = [*chosen, one_of(named | self._by_runs(wanted, chosen, limit))]
            found = self._client.query_points(
                self._name,
                query=wanted.tolist(),
                using=PATCHES,
                query_filter=models.Filter(must=[*chosen, is_whole()]),
                search_params=models.SearchParams(exact=True),
                limit=limit,
                with_payload=True,
            )
            scored = [(place_of(payload_of(point.payload)), point.score) for point in found.points]
            tiled = models.Filter(must=[*chosen, is_first()], must_not=[is_whole()])
            for record in scroll(self._client, self._name, tiled):
                payload = payload_of(record.payload)
                vectors = self._vectors(ids_of(payload))
                if len(vectors):
                    scored.append((place_of(payload), max_sim(wanted, vectors)))
        return best(scored, limit)

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors, in the order in which they were stored; None where there are none.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        first = point_id(document_id, page_number, self._admission.encoder)
        with self._opened("read"):
            for record in self._client.retrieve(self._name, [str(first)], with_payload=True, with_vectors=False):
                payload = payload_of(record.payload)
                found = self._vectors(ids_of(payload))
                if payload["tenant"] == str(tenant_id) and len(found):
                    return StoredVectors(found, grid_of(payload))
        return None

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        of_document = models.Filter(must=scope_of(tenant_id, [document_id]))
        with self._opened("read"):
            found = scroll(self._client, self._name, of_document)
            return sorted({place_of(payload_of(record.payload))[2] for record in found})

    def places(self) -> Iterator[PagePlace]:
        """Every page that has vectors here, of all tenants, each once.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        with self._opened("read"):
            for record in scroll(self._client, self._name, models.Filter(must=[is_first()])):
                yield place_of(payload_of(record.payload))

    def count(self) -> int:
        """How many pages are stored, of all tenants.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        with self._opened("count"):
            return self._count([is_first()])

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._is_closed = True
            self._client.close()

    def _by_runs(self, wanted: Matrix, scope: list[models.Condition], limit: int) -> set[UUID]:
        """The pages whose runs' means are nearest."""
        found = self._client.query_points(
            self._name,
            query=wanted.tolist(),
            using=RUNS,
            query_filter=models.Filter(must=scope),
            limit=max(limit, self._policy.candidates),
            with_payload=False,
        )
        return {UUID(str(point.id)) for point in found.points}

    def _vectors(self, ids: Sequence[UUID]) -> Matrix:
        """What the points of one page hold, in the order of the tiles; no rows where it was deleted meanwhile."""
        found: list[models.Record] = []
        for start in range(0, len(ids), _TILES):
            some = [str(id_) for id_ in ids[start : start + _TILES]]
            found += self._client.retrieve(self._name, some, with_payload=["tile"], with_vectors=[PATCHES])
        found.sort(key=lambda record: payload_of(record.payload)["tile"])
        parts = [np.zeros((0, self._admission.dimension), dtype=np.float32)]
        for record in found:
            assert isinstance(record.vector, dict)
            parts.append(np.asarray(record.vector[PATCHES], dtype=np.float32))
        return np.concatenate(parts)

    def _count(self, must: list[models.Condition]) -> int:
        return self._client.count(self._name, count_filter=models.Filter(must=must), exact=True).count

    def _remove_surplus(self, first: UUID, n_tiles: int) -> None:
        """Remove the tiles that the page has and will not have any more."""
        for record in self._client.retrieve(self._name, [str(first)], with_payload=True, with_vectors=False):
            self._remove([str(id_) for id_ in ids_of(payload_of(record.payload))[n_tiles:]])

    def _remove(self, ids: list[models.ExtendedPointId]) -> None:
        if ids:
            self._client.delete(self._name, models.PointIdsList(points=ids), wait=True)

    @contextmanager
    def _opened(self, doing: str) -> Iterator[None]:
        """The collection made and checked, once; the client's errors as ours."""
        with translated(doing):
            try:
                with self._lock:
                    if self._is_closed:
                        raise StoreUnavailable("The page index is closed.")
                    if not self._is_open:
                        self._open()
                        self._is_open = True
                yield
            except CLIENT_ERRORS as error:
                if is_missing(error):
                    self._is_open = False  # somebody removed the collection; the next call makes it anew
                raise

    def _open(self) -> None:
        open_collection(
            self._client,
            self._name,
            encoder=self._admission.encoder,
            dimension=self._admission.dimension,
            replication_factor=self._replication_factor,
        )


class ServerShelf:
    """The collections of one server whose names begin alike, one for each encoder. Thread-safe."""

    def __init__(
        self,
        client: Callable[[], QdrantClient],
        *,
        prefix: str,
        replication_factor: int = 1,
        policy: CandidatePolicy = DEFAULT_POLICY,
    ) -> None:
        """Nothing is connected yet.

        Args:
            client: makes a client; each index has its own.
            prefix: start of the collections' names, and the alias of the one in use.
            replication_factor: copies of each page in a cluster; read when a collection is made.
            policy: which pages every index scores by all their vectors.
        """
        self._client = client
        self._prefix = prefix
        self._replication_factor = replication_factor
        self._policy = policy

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        api_key: str | None,
        grpc_port: int,
        timeout_s: float,
        prefix: str,
        replication_factor: int = 1,
        policy: CandidatePolicy = DEFAULT_POLICY,
    ) -> Self:
        """The indexes at a URL, over gRPC if a port is named for it, else over HTTP."""

        def client() -> QdrantClient:
            return QdrantClient(
                url=url,
                api_key=api_key,
                grpc_port=grpc_port,
                prefer_grpc=grpc_port > 0,
                timeout=max(1, round(timeout_s)),
                check_compatibility=False,  # it asks the server in a thread of its own, and only warns
            )

        return cls(client, prefix=prefix, replication_factor=replication_factor, policy=policy)

    def open(self, encoder: str, dimension: int) -> ServerIndex:
        """The index of an encoder, made if it is not there; the caller closes it.

        A server that does not answer at the moment is no error yet: see `ServerIndex`.

        Raises:
            IndexMismatch: another version of docai built it.
        """
        return ServerIndex(
            self._client(),
            collection=self._collection(encoder),
            dimension=dimension,
            encoder=encoder,
            replication_factor=self._replication_factor,
            policy=self._policy,
        )

    def drop(self, encoder: str) -> None:
        """Remove the index of an encoder with all its vectors; harmless where there is none.

        Raises:
            StoreUnavailable: the server does not answer.
        """
        with self._connected("drop an index") as client:
            client.delete_collection(self._collection(encoder))

    def point_to(self, encoder: str) -> None:
        """Move the alias to the index of an encoder, in one step, for whoever looks at the server by other means.

        Raises:
            IndexMismatch: a collection has the alias' name.
            StoreUnavailable: the server does not answer.
        """
        with self._connected("move the alias") as client:
            if any(found.name == self._prefix for found in client.get_collections().collections):
                raise IndexMismatch(
                    f"There is a collection {self._prefix!r}, of another version of docai, where the alias is to be; "
                    "delete it, or set DOCAI_INDEX__COLLECTION to another name."
                )
            is_set = any(alias.alias_name == self._prefix for alias in client.get_aliases().aliases)
            gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._prefix))
            chosen = models.CreateAlias(collection_name=self._collection(encoder), alias_name=self._prefix)
            made = models.CreateAliasOperation(create_alias=chosen)
            client.update_collection_aliases([gone, made] if is_set else [made])

    def _collection(self, encoder: str) -> str:
        return f"{self._prefix}_{short_name(encoder)}"

    @contextmanager
    def _connected(self, doing: str) -> Iterator[QdrantClient]:
        client = self._client()
        try:
            with translated(doing):
                yield client
        finally:
            client.close()
