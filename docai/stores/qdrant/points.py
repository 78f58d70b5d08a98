"""How a page becomes points of Qdrant: one, or several tiles where it has more vectors than a point can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid
from docai.domain.ids import DocumentId, TenantId, point_id
from docai.domain.indexes import PagePlace
from docai.errors import StoreUnavailable
from docai.late_interaction import run_means

LAYOUT = 2
"""Version of everything below: vectors, their names, payload. An index of another one is built anew."""

MAX_POINT_NUMBERS = 1_048_575
"""Most numbers in one point's vectors: Qdrant refuses 1,048,576 and more, and Edge forgets to."""

PATCHES = "patches"
"""Named vector: all vectors of the page, or of its tile."""
RUNS = "runs"
"""Named vector of a page's first tile: the means of the page's runs."""

ScoredPage = tuple[DocumentId, int, float]


@dataclass(frozen=True, slots=True)
class PagePoint:
    """One point, before an engine has it."""

    id: UUID
    vectors: dict[str, Matrix]
    payload: dict[str, str | int]


def points_of(
    tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding, vectors: Matrix
) -> list[PagePoint]:
    """A page's points, the first tile first; `vectors` are the embedding's as they were admitted."""
    size = MAX_POINT_NUMBERS // vectors.shape[1]
    tiles = [vectors[i : i + size] for i in range(0, len(vectors), size)]
    payload: dict[str, str | int] = {
        "tenant": str(tenant_id),
        "document": str(document_id),
        "page": page_number,
        "encoder": embedding.encoder,
        "tiles": len(tiles),
    }
    if embedding.grid is not None:
        grid = embedding.grid
        payload |= {"rows": grid.rows, "columns": grid.columns, "overview_side": grid.overview_side}
    ids = tile_ids(document_id, page_number, embedding.encoder, len(tiles))
    points = [
        PagePoint(id_, {PATCHES: tile}, {**payload, "tile": number})
        for number, (id_, tile) in enumerate(zip(ids, tiles, strict=True))
    ]
    points[0].vectors[RUNS] = run_means(vectors, _at_most(size, embedding.run_lengths or (1,) * len(vectors)))
    return points


def tile_ids(document_id: DocumentId, page_number: int, encoder: str, n_tiles: int) -> list[UUID]:
    """The tiles' point ids, the page's own first: the same inputs give the same ids, so a repeat overwrites."""
    first = point_id(document_id, page_number, encoder)
    return [first, *(uuid5(first, f"tile {tile}") for tile in range(1, n_tiles))]


def payload_of(point_payload: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A point's payload, which every point of ours has.

    Raises:
        StoreUnavailable: it has none.
    """
    if point_payload is None:
        raise StoreUnavailable(
            "A point of the page index has no payload; build the index anew with `docai index build`."
        )
    return point_payload


def place_of(payload: Mapping[str, Any]) -> PagePlace:
    """Which page a point is of."""
    return TenantId(UUID(payload["tenant"])), DocumentId(UUID(payload["document"])), int(payload["page"])


def ids_of(payload: Mapping[str, Any]) -> list[UUID]:
    """The ids of all tiles of the page that a point is of."""
    _, document_id, page_number = place_of(payload)
    return tile_ids(document_id, page_number, payload["encoder"], payload["tiles"])


def grid_of(payload: Mapping[str, Any]) -> PageGrid | None:
    """How the page's vectors lie, where they are of patches."""
    if "rows" not in payload:
        return None
    return PageGrid(payload["rows"], payload["columns"], payload["overview_side"])


def best(scored: Iterable[tuple[PagePlace, float]], limit: int) -> list[ScoredPage]:
    """The pages with the highest scores, best first."""
    ranked = sorted(scored, key=lambda page: -page[1])[:limit]
    return [(document_id, number, score) for (_, document_id, number), score in ranked]


def _at_most(n_runs: int, run_lengths: Sequence[int]) -> Sequence[int]:
    """The runs, neighbours joined until a point can hold their means."""
    while len(run_lengths) > n_runs:
        run_lengths = [sum(run_lengths[i : i + 2]) for i in range(0, len(run_lengths), 2)]
    return run_lengths
