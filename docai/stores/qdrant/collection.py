"""One collection on a Qdrant server: made, checked, its conditions, and the client's errors as ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from json import JSONDecodeError
from uuid import UUID

import grpc  # type: ignore[import-untyped]
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from docai.domain.ids import DocumentId, TenantId
from docai.errors import DocaiError, IndexMismatch, StoreError, StoreFull, StoreUnavailable
from docai.stores.qdrant.points import LAYOUT, PATCHES, RUNS

_SCROLL = 1_000
"""Points asked for at once without their vectors."""
_REFUSED = {400, 413, 422, grpc.StatusCode.INVALID_ARGUMENT}
"""The server will not have it, however often it is asked."""
_MISSING = {404, grpc.StatusCode.NOT_FOUND}
CLIENT_ERRORS = (ApiException, QdrantException, grpc.RpcError, JSONDecodeError)
"""What the client raises."""

_INDEXED: dict[str, models.KeywordIndexParams | models.IntegerIndexParams] = {
    "tenant": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
    "document": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD),
    "page": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
    "tile": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
    "tiles": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=False),
}


def open_collection(client: QdrantClient, name: str, *, encoder: str, dimension: int, replication_factor: int) -> None:
    """Make the collection if there is none, and make sure that it is one of this encoder and layout.

    Raises:
        IndexMismatch: another encoder or another version of docai built it.
        Exception: the client's own; see `translated`.
    """
    ours = {"encoder": encoder, "dimension": dimension, "layout": LAYOUT}
    if not client.collection_exists(name):
        try:
            client.create_collection(
                name,
                vectors_config=_vectors(dimension),
                replication_factor=replication_factor,
                metadata=ours,
            )
        except (ApiException, grpc.RpcError):
            # Another process may have been faster.
            if not client.collection_exists(name):
                raise
    found = client.get_collection(name)
    theirs = {key: (found.config.metadata or {}).get(key) for key in ours}
    if theirs != ours:
        by = "another version of docai" if theirs["encoder"] == encoder else repr(theirs["encoder"])
        raise IndexMismatch(
            f"The collection {name!r} was built by {by}; build it anew (`docai index drop`, `docai index build`).",
            index=theirs,
            given=ours,
        )
    for field, schema in _INDEXED.items():
        if field not in (found.payload_schema or {}):
            client.create_payload_index(name, field, schema, wait=True)


def _vectors(dimension: int) -> dict[str, models.VectorParams]:
    # m=0 means no graph: one over all vectors compares every vector of a page with every one of hundreds of others.
    # The means of runs have one, which a server builds beside its other work.
    kinds = {
        PATCHES: {"hnsw_config": models.HnswConfigDiff(m=0), "on_disk": True},
        RUNS: {"hnsw_config": models.HnswConfigDiff(m=16)},
    }
    return {
        name: models.VectorParams(
            size=dimension,
            # Dot, since Cosine would scale the query's vectors to length 1 and so lose their weights.
            distance=models.Distance.DOT,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            datatype=models.Datatype.FLOAT16,
            **kind,  # type: ignore[arg-type]
        )
        for name, kind in kinds.items()
    }


def scope_of(tenant_id: TenantId, document_ids: Sequence[DocumentId]) -> list[models.Condition]:
    """Points of this tenant and, if any are named, these documents."""
    must: list[models.Condition] = [models.FieldCondition(key="tenant", match=models.MatchValue(value=str(tenant_id)))]
    if document_ids:
        any_of = models.MatchAny(any=[str(document_id) for document_id in document_ids])
        must.append(models.FieldCondition(key="document", match=any_of))
    return must


def is_whole() -> models.FieldCondition:
    """Pages of one point."""
    return models.FieldCondition(key="tiles", match=models.MatchValue(value=1))


def is_first() -> models.FieldCondition:
    """First tiles: one point of each page."""
    return models.FieldCondition(key="tile", match=models.MatchValue(value=0))


def one_of(ids: Collection[UUID]) -> models.HasIdCondition:
    """Points of these ids."""
    return models.HasIdCondition(has_id=[str(id_) for id_ in ids])


def scroll(client: QdrantClient, name: str, wanted: models.Filter) -> Iterator[models.Record]:
    """Every point that meets a filter, with its payload, fetched as they are asked for.

    Raises:
        Exception: the client's own; see `translated`.
    """
    offset = None
    while True:
        found, offset = client.scroll(
            name, scroll_filter=wanted, limit=_SCROLL, offset=offset, with_payload=True, with_vectors=False
        )
        yield from found
        if offset is None:
            return


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """The client's errors as ours."""
    try:
        yield
    except CLIENT_ERRORS as error:
        raise _ours(error, doing) from error


def is_missing(error: Exception) -> bool:
    """Whether the server says that there is no such collection."""
    return _status(error) in _MISSING


def _status(error: Exception) -> object:
    """The HTTP or gRPC status of an answer; None where there was none."""
    if isinstance(error, UnexpectedResponse):
        return error.status_code
    return error.code() if isinstance(error, grpc.Call) else None


def _ours(error: Exception, doing: str) -> DocaiError:
    reason = error.content.decode(errors="replace") if isinstance(error, UnexpectedResponse) else str(error)
    if _status(error) == 507 or "No space left" in reason or "os error 28" in reason:
        return StoreFull("The Qdrant server's disk is full.", reason=reason)
    if _status(error) in _REFUSED:
        return StoreError(f"The Qdrant server refused to {doing}.", reason=reason)
    return StoreUnavailable(f"The Qdrant server failed to {doing}.", reason=reason)
