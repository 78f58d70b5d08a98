"""One shard of Qdrant Edge in a folder: made, opened, its conditions, and its errors as ours."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import UUID

import qdrant_edge as qdrant

from docai.domain.embeddings import Matrix
from docai.domain.ids import DocumentId, TenantId
from docai.errors import HomeInUse, IndexMismatch, StoreFull, StoreUnavailable
from docai.stores.qdrant.points import LAYOUT, PATCHES, RUNS, PagePoint

MANIFEST = "index.json"
"""Written last: a shard without one is what a crash left of making it, and holds nothing."""
_SHARD = "shard"
_SCROLL = 1_000
"""Points asked for at once without their vectors."""


def open_shard(folder: Path, *, encoder: str, dimension: int) -> qdrant.EdgeShard:
    """The shard in a folder, made if there is none.

    Raises:
        IndexMismatch: another encoder or another version of docai built it.
        Exception: the engine's own; see `translated`.
    """
    manifest = folder / MANIFEST
    ours = {"encoder": encoder, "dimension": dimension, "layout": LAYOUT}
    if manifest.exists():
        found = json.loads(manifest.read_text(encoding="utf-8"))
        if found != ours:
            by = "another version of docai" if found.get("encoder") == encoder else repr(found.get("encoder"))
            raise IndexMismatch(
                f"The index in {folder} was built by {by}; build it anew (`docai index drop`, `docai index build`).",
                index=found,
                given=ours,
            )
        return qdrant.EdgeShard.load(str(folder / _SHARD))
    shutil.rmtree(folder / _SHARD, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    shard = _created(folder / _SHARD, dimension)
    written = manifest.with_suffix(".new")
    written.write_text(json.dumps(ours), encoding="utf-8")
    written.replace(manifest)
    return shard


def remove_shard(folder: Path) -> None:
    """Delete a folder with its shard, which nobody may have open; harmless where there is none.

    Raises:
        StoreUnavailable: the files cannot be deleted.
    """
    try:
        (folder / MANIFEST).unlink(missing_ok=True)  # first: what a crash leaves of the rest is made anew
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise StoreUnavailable(f"The index in {folder} cannot be deleted: {error.strerror}.") from error


def _created(path: Path, dimension: int) -> qdrant.EdgeShard:
    params = qdrant.EdgeVectorParams(
        size=dimension,
        # Dot, since Cosine would scale the query's vectors to length 1 and so lose their weights.
        distance=qdrant.Distance.Dot,
        multivector_config=qdrant.MultiVectorConfig(qdrant.MultiVectorComparator.MaxSim),
        # m=0 means no graph. One over all vectors compares every vector of a page with every one of hundreds of other
        # pages. One over the means of runs is searched no faster than they are scanned, in thousands of pages, and is
        # built anew in `optimise`, which Edge does while everybody waits.
        hnsw_config=qdrant.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000),
        datatype=qdrant.VectorStorageDatatype.Float16,
    )
    path.mkdir()
    shard = qdrant.EdgeShard.create(str(path), qdrant.EdgeConfig(vectors={PATCHES: params, RUNS: params}))
    for name, schema in (
        ("tenant", qdrant.KeywordIndexParams(is_tenant=True)),
        ("document", qdrant.KeywordIndexParams()),
        ("tile", qdrant.IntegerIndexParams(lookup=True, range=False)),
        ("tiles", qdrant.IntegerIndexParams(lookup=True, range=False)),
    ):
        shard.update(qdrant.UpdateOperation.create_field_index(name, schema))
    return shard


def scope_of(tenant_id: TenantId, document_ids: Sequence[DocumentId]) -> list[qdrant.ConditionType]:
    """Points of this tenant and, if any are named, these documents."""
    must: list[qdrant.ConditionType] = [qdrant.FieldCondition("tenant", match=qdrant.MatchValue(str(tenant_id)))]
    if document_ids:
        must.append(qdrant.FieldCondition("document", match=qdrant.MatchAny([str(d) for d in document_ids])))
    return must


def is_whole() -> qdrant.FieldCondition:
    """Pages of one point."""
    return qdrant.FieldCondition("tiles", match=qdrant.MatchValue(1))


def is_first() -> qdrant.FieldCondition:
    """First tiles: one point of each page."""
    return qdrant.FieldCondition("tile", match=qdrant.MatchValue(0))


def one_of(ids: Collection[UUID]) -> qdrant.HasIdCondition:
    """Points of these ids."""
    return qdrant.HasIdCondition(cast("set[qdrant.PointId]", set(ids)))


def edge_point(point: PagePoint) -> qdrant.Point:
    """A point as Edge takes it."""
    vectors = {name: rows_of(matrix) for name, matrix in point.vectors.items()}
    return qdrant.Point(point.id, cast("qdrant.Vector", vectors), dict(point.payload))


def rows_of(matrix: Matrix) -> list[list[float]]:
    """The binding takes arrays as they are, ten times faster than lists; its type stubs do not say so."""
    return cast("list[list[float]]", matrix)


def scroll(shard: qdrant.EdgeShard, wanted: qdrant.Filter) -> Iterator[qdrant.Record]:
    """Every point that meets a filter, with its payload, fetched as they are asked for.

    Raises:
        StoreUnavailable: the shard cannot be read.
    """
    offset = None
    while True:
        with translated("read"):
            found, offset = shard.scroll(
                qdrant.ScrollRequest(offset=offset, limit=_SCROLL, filter=wanted, with_payload=True, with_vector=False)
            )
        yield from found
        if offset is None:
            return


@contextmanager
def translated(doing: str) -> Iterator[None]:
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
