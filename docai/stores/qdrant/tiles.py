"""How a page becomes points: one, or several tiles where it has more vectors than a point can hold."""

from __future__ import annotations

from uuid import UUID, uuid5

from docai.domain.embeddings import Matrix
from docai.domain.ids import DocumentId, point_id

MAX_POINT_NUMBERS = 1_048_575
"""Most numbers in one point's vectors: Qdrant refuses 1,048,576 and more, and Edge forgets to."""


def tiles_of(vectors: Matrix) -> list[Matrix]:
    """The page's vectors, in order, as few parts as points can hold."""
    size = MAX_POINT_NUMBERS // vectors.shape[1]
    return [vectors[i : i + size] for i in range(0, len(vectors), size)]


def tile_ids(document_id: DocumentId, page_number: int, encoder: str, n_tiles: int) -> list[UUID]:
    """The tiles' point ids, the page's own first: the same inputs give the same ids, so a repeat overwrites."""
    first = point_id(document_id, page_number, encoder)
    return [first, *(uuid5(first, f"tile {tile}") for tile in range(1, n_tiles))]
