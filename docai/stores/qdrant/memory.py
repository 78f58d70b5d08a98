"""The page index as arrays in this process: the exact reference that others are compared with."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.stores.qdrant.admission import Admission


class MemoryIndex:
    """MaxSim by definition; nothing outlives the process. Thread-safe."""

    def __init__(self, *, dimension: int, encoder: str) -> None:
        """`dimension` is the vectors' length, `encoder` the fingerprint of what makes them."""
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._pages: dict[tuple[TenantId, DocumentId, int], Matrix] = {}
        self._lock = threading.Lock()

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
        """
        vectors = self._admission.page(embedding)
        with self._lock:
            self._pages[tenant_id, document_id, page_number] = vectors

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages; harmless where there are none."""
        with self._lock:
            for number in page_numbers:
                self._pages.pop((tenant_id, document_id, number), None)

    def search(
        self, tenant_id: TenantId, query: QueryEmbedding, *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all vectors: document, page number, score, best first.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
        """
        wanted = self._admission.query(query)
        with self._lock:
            pages = list(self._pages.items())
        scored = [
            (document_id, number, max_sim(wanted, vectors))
            for (tenant, document_id, number), vectors in pages
            if tenant == tenant_id and (not document_ids or document_id in document_ids)
        ]
        return sorted(scored, key=lambda page: -page[2])[:limit]

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending."""
        with self._lock:
            return sorted(n for tenant, document, n in self._pages if (tenant, document) == (tenant_id, document_id))

    def count(self) -> int:
        """How many pages are stored, of all tenants."""
        return len(self._pages)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()


def max_sim(query: Matrix, page: Matrix) -> float:
    """Each query vector's best product with any of the page's vectors, summed.

    Args:
        query: (Q, D).
        page: (N, D), N at least 1.
    """
    return float((query @ page.T).max(axis=1).sum())
