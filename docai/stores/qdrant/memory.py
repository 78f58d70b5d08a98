"""The page indexes as arrays in this process: the exact reference that others are compared with."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from docai.domain.embeddings import HalfMatrix, PageEmbedding, PageGrid, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import PagePlace
from docai.errors import IndexMismatch
from docai.late_interaction import max_sim_all
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.points import ScoredPage, best


class MemoryIndex:
    """MaxSim by definition, of every page in scope, over vectors as all indexes keep them: in float16. Thread-safe.

    Nothing outlives the process.
    """

    def __init__(self, *, dimension: int, encoder: str) -> None:
        """`dimension` is the vectors' length, `encoder` the fingerprint of what makes them."""
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._pages: dict[PagePlace, tuple[HalfMatrix, PageGrid | None]] = {}
        self._lock = threading.Lock()

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
        """
        vectors = self._admission.page(embedding).astype(np.float16)
        with self._lock:
            self._pages[tenant_id, document_id, page_number] = vectors, embedding.grid

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages; harmless where there are none."""
        with self._lock:
            for number in page_numbers:
                self._pages.pop((tenant_id, document_id, number), None)

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

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
        """
        wanted, documents = self._admission.query(query), set(document_ids)
        with self._lock:
            pages = {
                place: vectors
                for place, (vectors, _) in self._pages.items()
                if place[0] == tenant_id and (not documents or place[1] in documents)
            }
        scores = max_sim_all(wanted, list(pages.values()))
        return best(zip(pages, scores.tolist(), strict=True), limit)

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors, in the order in which they were stored; None where there are none."""
        with self._lock:
            found = self._pages.get((tenant_id, document_id, page_number))
        return StoredVectors(found[0].astype(np.float32), found[1]) if found else None

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending."""
        with self._lock:
            return sorted(n for tenant, document, n in self._pages if (tenant, document) == (tenant_id, document_id))

    def places(self) -> Iterator[PagePlace]:
        """Every page that has vectors here, of all tenants, each once."""
        with self._lock:
            return iter(list(self._pages))

    def count(self) -> int:
        """How many pages are stored, of all tenants."""
        return len(self._pages)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()


class MemoryShelf:
    """Indexes that last as long as this process, one for each encoder. Thread-safe."""

    def __init__(self) -> None:
        """There is none yet."""
        self._indexes: dict[str, tuple[int, MemoryIndex]] = {}
        self._lock = threading.Lock()

    def open(self, encoder: str, dimension: int) -> MemoryIndex:
        """The index of an encoder, made if it is not there; the same one however often it is opened.

        Raises:
            IndexMismatch: it is of another dimension.
        """
        with self._lock:
            if encoder not in self._indexes:
                self._indexes[encoder] = dimension, MemoryIndex(dimension=dimension, encoder=encoder)
            found, index = self._indexes[encoder]
        if found != dimension:
            raise IndexMismatch(
                "The index is of another dimension; build it anew (`docai index drop`, `docai index build`).",
                index=found,
                given=dimension,
            )
        return index

    def drop(self, encoder: str) -> None:
        """Remove the index of an encoder with all its vectors; harmless where there is none."""
        with self._lock:
            found = self._indexes.pop(encoder, None)
        if found is not None:
            found[1].close()

    def point_to(self, encoder: str) -> None:
        """Nothing: only the records tell which index is in use."""
