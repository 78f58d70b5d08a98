"""The page index in this process, on Qdrant Edge."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import qdrant_edge as qdrant

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.errors import HomeInUse, IndexMismatch, StoreFull, StoreUnavailable
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.memory import max_sim
from docai.stores.qdrant.tiles import tile_ids, tiles_of

CHANGES_PER_OPTIMISE = 1_000
"""Points changed before segments are merged and deleted points dropped, which Edge never does by itself."""

_VECTORS = "words"
_MANIFEST = "index.json"
_SHARD = "shard"


class EdgeIndex:
    """One shard in a folder, open in one process at a time; MaxSim is exact, over all vectors. Thread-safe.

    A page is one point. A page of more vectors than a point can hold is several points, its tiles, and is scored as
    one page by fetching them: the tiles' own scores could not be added up.
    """

    def __init__(self, folder: Path, *, dimension: int, encoder: str) -> None:
        """Open the index in `folder`, or make one for vectors of this length by this encoder.

        Raises:
            HomeInUse: another process has it open.
            IndexMismatch: another encoder built it.
            StoreUnavailable, StoreFull: the files cannot be read or written.
        """
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._lock = threading.Lock()
        self._n_changes = 0
        with _translated("open"):
            self._shard = _open(folder, self._admission)

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
            StoreUnavailable, StoreFull: nothing was written.
        """
        vectors = self._admission.page(embedding)
        tiles = tiles_of(vectors)
        payload = {
            "tenant": str(tenant_id),
            "document": str(document_id),
            "page": page_number,
            "encoder": self._admission.encoder,
            "tiles": len(tiles),
        }
        ids = self._ids(document_id, page_number, len(tiles))
        points = [qdrant.Point(i, {_VECTORS: _rows(tile)}, payload) for i, tile in zip(ids, tiles, strict=True)]
        with self._lock, _translated("write"):
            surplus = self._stored_ids(tenant_id, document_id, [page_number])[len(ids) :]
            # First, so that a crash in between leaves the old first tile, which tells a repeat what else to remove.
            if surplus:
                self._shard.update(qdrant.UpdateOperation.delete_points(surplus))
            self._shard.update(qdrant.UpdateOperation.upsert_points(points))
            self._changed(len(points) + len(surplus))

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none.

        Raises:
            StoreUnavailable: nothing was written.
        """
        with self._lock, _translated("write"):
            ids = self._stored_ids(tenant_id, document_id, page_numbers)
            if ids:
                self._shard.update(qdrant.UpdateOperation.delete_points(ids))
                self._changed(len(ids))

    def search(
        self, tenant_id: TenantId, query: QueryEmbedding, *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all vectors: document, page number, score, best first.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
            StoreUnavailable: the index cannot be read.
        """
        wanted = self._admission.query(query)
        request = qdrant.QueryRequest(
            limit=limit,
            query=qdrant.Query.Nearest(_rows(wanted), using=_VECTORS),
            filter=qdrant.Filter(must=[*_scope(tenant_id, document_ids), _is_whole()]),
            with_payload=True,
        )
        with _translated("search"):
            whole = [(_place(found), found.score) for found in self._shard.query(request)]
            tiled = self._tiled(tenant_id, document_ids)
        scored = whole + [(place, max_sim(wanted, vectors)) for place, vectors in tiled.items()]
        scored.sort(key=lambda page: -page[1])
        return [(document_id, number, score) for (document_id, number), score in scored[:limit]]

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        with _translated("read"):
            of_document = qdrant.Filter(must=_scope(tenant_id, [document_id]))
            return sorted({_place(record)[1] for record in self._scroll(of_document, with_vectors=False)})

    def count(self) -> int:
        """How many pages are stored, of all tenants.

        Raises:
            StoreUnavailable: the index cannot be read.
        """
        with _translated("count"):
            whole = self._shard.count(qdrant.CountRequest(exact=True, filter=qdrant.Filter(must=[_is_whole()])))
            tiles = self._scroll(qdrant.Filter(must_not=[_is_whole()]), with_vectors=False)
            return int(whole) + len({_place(record) for record in tiles})

    def optimise(self) -> None:
        """Merge segments, drop deleted points and give their room back; blocks for milliseconds per page changed.

        Raises:
            StoreUnavailable, StoreFull: the files cannot be written.
        """
        with self._lock, _translated("optimise"):
            self._optimise()

    def close(self) -> None:
        """Write what is pending and let go of the files."""
        with self._lock, _translated("close"):
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
            payload = _payload(record)
            if payload["tenant"] == str(tenant_id):
                stored += self._ids(document_id, payload["page"], payload["tiles"])
        return stored

    def _tiled(self, tenant_id: TenantId, document_ids: Sequence[DocumentId]) -> dict[tuple[DocumentId, int], Matrix]:
        tiles: dict[tuple[DocumentId, int], list[Matrix]] = {}
        parts_of_pages = qdrant.Filter(must=_scope(tenant_id, document_ids), must_not=[_is_whole()])
        for record in self._scroll(parts_of_pages, with_vectors=True):
            named = cast("dict[str, list[list[float]]]", record.vector)
            tiles.setdefault(_place(record), []).append(np.asarray(named[_VECTORS], dtype=np.float32))
        return {place: np.concatenate(parts) for place, parts in tiles.items()}

    def _scroll(self, wanted: qdrant.Filter, *, with_vectors: bool) -> list[qdrant.Record]:
        records: list[qdrant.Record] = []
        offset = None
        while True:
            request = qdrant.ScrollRequest(
                offset=offset, limit=100, filter=wanted, with_payload=True, with_vector=with_vectors
            )
            found, offset = self._shard.scroll(request)
            records += found
            if offset is None:
                return records

    def _changed(self, n_points: int) -> None:
        self._n_changes += n_points
        if self._n_changes >= CHANGES_PER_OPTIMISE:
            self._optimise()

    def _optimise(self) -> None:
        self._shard.optimize()
        # Only flushing removes the segments that were merged, and the log of what they hold.
        self._shard.flush()
        self._n_changes = 0


def _open(folder: Path, admission: Admission) -> qdrant.EdgeShard:
    manifest = folder / _MANIFEST
    ours = {"encoder": admission.encoder, "dimension": admission.dimension}
    if manifest.exists():
        found = json.loads(manifest.read_text(encoding="utf-8"))
        if found != ours:
            raise IndexMismatch(
                f"The index in {folder} was built by the encoder {found.get('encoder')!r}; rebuild it.",
                index=found,
                given=ours,
            )
        return qdrant.EdgeShard.load(str(folder / _SHARD))
    # The manifest is written last, and whole: a shard without one is what a crash left of making it, and holds nothing.
    shutil.rmtree(folder / _SHARD, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    shard = _created(folder / _SHARD, admission.dimension)
    written = manifest.with_suffix(".new")
    written.write_text(json.dumps(ours), encoding="utf-8")
    written.replace(manifest)
    return shard


def _created(path: Path, dimension: int) -> qdrant.EdgeShard:
    params = qdrant.EdgeVectorParams(
        size=dimension,
        # Dot, since Cosine would scale the query's vectors to length 1 and so lose their weights.
        distance=qdrant.Distance.Dot,
        multivector_config=qdrant.MultiVectorConfig(qdrant.MultiVectorComparator.MaxSim),
        # m=0 means no graph: building one compares every word of a page with every word of hundreds of others.
        hnsw_config=qdrant.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000),
    )
    path.mkdir()
    shard = qdrant.EdgeShard.create(str(path), qdrant.EdgeConfig(vectors={_VECTORS: params}))
    for name, schema in (
        ("tenant", qdrant.KeywordIndexParams(is_tenant=True)),
        ("document", qdrant.KeywordIndexParams()),
        ("tiles", qdrant.IntegerIndexParams(lookup=True, range=False)),
    ):
        shard.update(qdrant.UpdateOperation.create_field_index(name, schema))
    return shard


def _scope(tenant_id: TenantId, document_ids: Sequence[DocumentId]) -> list[qdrant.ConditionType]:
    """Points of this tenant and, if any are named, these documents."""
    must: list[qdrant.ConditionType] = [qdrant.FieldCondition("tenant", match=qdrant.MatchValue(str(tenant_id)))]
    if document_ids:
        must.append(qdrant.FieldCondition("document", match=qdrant.MatchAny([str(d) for d in document_ids])))
    return must


def _is_whole() -> qdrant.FieldCondition:
    return qdrant.FieldCondition("tiles", match=qdrant.MatchValue(1))


def _place(found: qdrant.Record | qdrant.ScoredPoint) -> tuple[DocumentId, int]:
    payload = _payload(found)
    return DocumentId(UUID(payload["document"])), int(payload["page"])


def _payload(found: qdrant.Record | qdrant.ScoredPoint) -> dict[str, Any]:
    if found.payload is None:
        raise StoreUnavailable("A point of the page index has no payload.", point=str(found.id))
    return found.payload


def _rows(matrix: Matrix) -> list[list[float]]:
    """The binding takes arrays as they are, ten times faster than lists; its type stubs do not say so."""
    return cast("list[list[float]]", matrix)


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Qdrant Edge's errors as ours."""
    try:
        yield
    except Exception as error:
        if type(error) is not Exception:
            raise  # the binding raises plain Exception, whatever happened; this one is not the binding's
        reason = str(error)
        if "WouldBlock" in reason:
            raise HomeInUse("Another process has the page index open.", reason=reason) from error
        if "No space left" in reason or "os error 28" in reason:
            raise StoreFull("The disk is full; the page index wrote nothing.", reason=reason) from error
        raise StoreUnavailable(f"The page index failed to {doing}.", reason=reason) from error
