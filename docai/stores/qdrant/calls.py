"""What an index's owner is asked: calls taken from frames, and what they gave put into frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId
from docai.errors import InvalidRequest
from docai.protocols import PageIndex
from docai.stores.qdrant.wire import NO_VECTORS

Frame = tuple[Mapping[str, Any], Matrix]

_ITEMS = 10_000
"""Of a frame, where what a call gives is told in several: a place is about 100 bytes."""


def call_of(index: PageIndex, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
    """What a frame asks of an index, ready to be done.

    Raises:
        InvalidRequest: it makes no sense.
    """
    try:
        return _CALLS[header["call"]](index, header, vectors)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest("The index's owner does not understand the call.", reason=repr(error)) from error


def frames_of(result: object) -> Iterator[Frame]:
    """What a call gave: one frame, or for many places several, all but the last of which say that there is more."""
    if isinstance(result, StoredVectors):
        yield {"ok": {"grid": grid_fields(result.grid)}}, result.vectors
    elif isinstance(result, Iterator):
        while len(some := list(islice(result, _ITEMS))) == _ITEMS:
            yield {"ok": some, "more": True}, NO_VECTORS
        yield {"ok": some}, NO_VECTORS
    else:
        yield {"ok": result}, NO_VECTORS


def grid_fields(grid: PageGrid | None) -> list[int] | None:
    """A grid as a frame has it."""
    return None if grid is None else [grid.rows, grid.columns, grid.overview_side]


def grid_from(fields: list[int] | None) -> PageGrid | None:
    """A grid that a frame has.

    Raises:
        TypeError, ValueError: it is none.
    """
    return None if fields is None else PageGrid(*(int(field) for field in fields))


def _upsert(index: PageIndex, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
    # An index keeps the vectors and how they lie, so boxes and words are not sent.
    runs = tuple(int(length) for length in header["runs"])
    embedding = PageEmbedding(vectors, (), (), str(header["encoder"]), runs, grid_from(header["grid"]))
    return partial(index.upsert, _tenant(header), _document(header), int(header["page"]), embedding)


def _delete(index: PageIndex, header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return partial(index.delete, _tenant(header), _document(header), [int(number) for number in header["pages"]])


def _search(index: PageIndex, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
    documents = [DocumentId(UUID(name)) for name in header["documents"]]
    candidates = [(DocumentId(UUID(name)), int(page)) for name, page in header["candidates"]]
    query = QueryEmbedding(vectors, (), str(header["encoder"]))
    return partial(
        index.search,
        _tenant(header),
        query,
        document_ids=documents,
        limit=int(header["limit"]),
        candidates=candidates,
    )


def _vectors(index: PageIndex, header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return partial(index.vectors, _tenant(header), _document(header), int(header["page"]))


def _page_numbers(index: PageIndex, header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return partial(index.page_numbers, _tenant(header), _document(header))


def _places(index: PageIndex, _header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return index.places


def _count(index: PageIndex, _header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return index.count


def _tenant(header: Mapping[str, Any]) -> TenantId:
    return TenantId(UUID(header["tenant"]))


def _document(header: Mapping[str, Any]) -> DocumentId:
    return DocumentId(UUID(header["document"]))


_CALLS = {
    "upsert": _upsert,
    "delete": _delete,
    "search": _search,
    "vectors": _vectors,
    "page_numbers": _page_numbers,
    "places": _places,
    "count": _count,
}
