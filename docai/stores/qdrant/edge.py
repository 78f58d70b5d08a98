"""The page indexes in this process, on Qdrant Edge."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

import numpy as np
import qdrant_edge as qdrant

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId, point_id
from docai.domain.indexes import PagePlace
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy, max_sim
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.edge_shard import (
    edge_point,
    is_first,
    is_whole,
    one_of,
    open_shard,
    remove_shard,
    rows_of,
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
    tile_ids,
)

CHANGES_PER_OPTIMISE = 1_000
"""Points changed before segments are merged and deleted points dropped, which Edge never does by itself."""
BYTES_PER_FLUSH = 64 * 1024 * 1024
"""Vectors written before what they were logged in is given back: the log has them in float32, and never ends itself."""


class EdgeIndex:
    """One shard in a folder, open in one process at a time. Thread-safe.

    Vectors are kept as float16, which moves a score by about 1/2000 of it. A page is one point. A page of more vectors
    than a point can hold is several points, its tiles, and is scored as one page by fetching them: the tiles' own
    scores could not be added up.
    """

    def __init__(self, folder: Path, *, dimension: int, encoder: str, policy: CandidatePolicy = DEFAULT_POLICY) -> None:
        """Open the index in `folder`, or make one for vectors of this length by this encoder.

        Raises:
            HomeInUse: another process has it open.
            IndexMismatch: another encoder or another version of docai built it.
            StoreUnavailable, StoreFull: the files cannot be read or written.
        """
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._policy = policy
        self._lock = threading.Lock()
        self._n_changes = 0
        self._n_unflushed_bytes = 0
        self._is_closed = False
        with translated("open"):
            self._shard = open_shard(folder, encoder=encoder, dimension=dimension)

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
            StoreUnavailable, StoreFull: nothing was written.
        """
        vectors = self._admission.page(embedding)
        points = points_of(tenant_id, document_id, page_number, embedding, vectors)
        written = [edge_point(point) for point in points]
        with self._lock, translated("write"):
            surplus = self._stored_ids(tenant_id, document_id, [page_number])[len(points) :]
            # First, so that a crash in between leaves the old first tile, which tells a repeat what else to remove.
            if surplus:
                self._shard.update(qdrant.UpdateOperation.delete_points(surplus))
            self._shard.update(qdrant.UpdateOperation.upsert_points(written))
            self._changed(len(points) + len(surplus), vectors.nbytes)

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none.

        Raises:
            StoreUnavailable: nothing was written.
        """
        with self._lock, translated("write"):
            ids = self._stored_ids(tenant_id, document_id, page_numbers)
            if ids:
                self._shard.update(qdrant.UpdateOperation.delete_points(ids))
                self._changed(len(ids), 0)

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
            StoreUnavailable: the index cannot be read.
        """
        wanted = self._admission.query(query)
        chosen = scope_of(tenant_id, document_ids)
        with translated("search"):
            if self._count(chosen) > self._policy.full_scan_pages:
                named = {point_id(*place, self._admission.encoder) for place in candidates}
                chosen = [*chosen, one_of(named | self._by_runs(wanted, chosen, limit))]
            whole = qdrant.QueryRequest(
                limit=limit,
                query=qdrant.Query.Nearest(rows_of(wanted), using=PATCHES),
                filter=qdrant.Filter(must=[*chosen, is_whole()]),
                with_payload=True,
            )
            scored = [(place_of(payload_of(found.payload)), found.score) for found in self._shard.query(whole)]
            tiled = scroll(self._shard, qdrant.Filter(must=[*chosen, is_first()], must_not=[is_whole()]))
            for record in tiled:
                payload = payload_of(record.payload)
                vectors = self._vectors(ids_of(payload))
                if len(vectors):
                    scored.append((place_of(payload), max_sim(wanted, vectors)))
        return best(scored, limit)

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors, in the order in which they were stored; None where there are none.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        with translated("read"):
            first = self._ids(document_id, page_number, 1)
            for record in self._shard.retrieve(first, with_payload=True, with_vector=False):
                payload = payload_of(record.payload)
                found = self._vectors(ids_of(payload))
                if payload["tenant"] == str(tenant_id) and len(found):
                    return StoredVectors(found, grid_of(payload))
        return None

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        of_document = qdrant.Filter(must=scope_of(tenant_id, [document_id]))
        return sorted({place_of(payload_of(found.payload))[2] for found in scroll(self._shard, of_document)})

    def places(self) -> Iterator[PagePlace]:
        """Every page that has vectors here, of all tenants, each once.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        for record in scroll(self._shard, qdrant.Filter(must=[is_first()])):
            yield place_of(payload_of(record.payload))

    def count(self) -> int:
        """How many pages are stored, of all tenants.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        with translated("count"):
            return self._count([is_first()])

    def optimise(self) -> None:
        """Merge segments, drop deleted points and give their room back; blocks for milliseconds per page changed.

        Raises:
            StoreUnavailable, StoreFull: the files cannot be written.
        """
        with self._lock, translated("optimise"):
            self._optimise()

    def close(self) -> None:
        """Write what is pending and let go of the files; harmless when that is done."""
        with self._lock, translated("close"):
            if not self._is_closed:
                self._is_closed = True
                self._shard.close()

    def _ids(self, document_id: DocumentId, page_number: int, n_tiles: int) -> list[qdrant.PointId]:
        return list(tile_ids(document_id, page_number, self._admission.encoder, n_tiles))

    def _stored_ids(
        self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]
    ) -> list[qdrant.PointId]:
        """The ids of the points that hold these pages of this tenant, first tiles first."""
        wanted = [self._ids(document_id, number, 1)[0] for number in page_numbers]
        stored: list[qdrant.PointId] = []
        for record in self._shard.retrieve(wanted, with_payload=True, with_vector=False):
            payload = payload_of(record.payload)
            if payload["tenant"] == str(tenant_id):
                stored += ids_of(payload)
        return stored

    def _by_runs(self, wanted: Matrix, scope: list[qdrant.ConditionType], limit: int) -> set[UUID]:
        """The pages whose runs' means are nearest."""
        request = qdrant.QueryRequest(
            limit=max(limit, self._policy.candidates),
            query=qdrant.Query.Nearest(rows_of(wanted), using=RUNS),
            filter=qdrant.Filter(must=scope),
        )
        return {cast("UUID", found.id) for found in self._shard.query(request)}

    def _vectors(self, ids: Sequence[UUID]) -> Matrix:
        """What the points of one page hold, in the order of the tiles; no rows where it was deleted meanwhile."""
        found = self._shard.retrieve(list(ids), with_payload=["tile"], with_vector=[PATCHES])
        found.sort(key=lambda record: payload_of(record.payload)["tile"])
        named = [cast("dict[str, list[list[float]]]", record.vector) for record in found]
        nothing = np.zeros((0, self._admission.dimension), dtype=np.float32)
        return np.concatenate([nothing, *(np.asarray(vectors[PATCHES], dtype=np.float32) for vectors in named)])

    def _count(self, must: list[qdrant.ConditionType]) -> int:
        return self._shard.count(qdrant.CountRequest(exact=True, filter=qdrant.Filter(must=must)))

    def _changed(self, n_points: int, n_bytes: int) -> None:
        self._n_changes += n_points
        self._n_unflushed_bytes += n_bytes
        if self._n_changes >= CHANGES_PER_OPTIMISE:
            self._optimise()
        elif self._n_unflushed_bytes >= BYTES_PER_FLUSH:
            self._flush()

    def _optimise(self) -> None:
        self._shard.optimize()
        # Only flushing removes the segments that were merged.
        self._flush()
        self._n_changes = 0

    def _flush(self) -> None:
        self._shard.flush()
        self._n_unflushed_bytes = 0


class EdgeShelf:
    """A folder of indexes, one below it for each encoder. Thread-safe."""

    def __init__(self, folder: Path, *, policy: CandidatePolicy = DEFAULT_POLICY) -> None:
        """Name the folder, which is made with the first index; `policy` is that of every index."""
        self._folder = folder
        self._policy = policy
        self._open: dict[str, EdgeIndex] = {}
        self._lock = threading.Lock()

    def open(self, encoder: str, dimension: int) -> EdgeIndex:
        """The index of an encoder, made if it is not there; the caller closes it.

        Raises:
            HomeInUse: it is open already, here or in another process.
            IndexMismatch: another encoder or another version of docai built it.
            StoreUnavailable, StoreFull: the files cannot be read or written.
        """
        with self._lock:
            self._open[encoder] = EdgeIndex(
                self._place(encoder), dimension=dimension, encoder=encoder, policy=self._policy
            )
            return self._open[encoder]

    def drop(self, encoder: str) -> None:
        """Remove the index of an encoder with all its vectors, closed first; harmless where there is none.

        Raises:
            StoreUnavailable: the files cannot be deleted.
        """
        with self._lock:
            if encoder in self._open:
                self._open.pop(encoder).close()
            remove_shard(self._place(encoder))

    def point_to(self, encoder: str) -> None:
        """Nothing: only the records tell which index is in use."""

    def _place(self, encoder: str) -> Path:
        return self._folder / short_name(encoder)
