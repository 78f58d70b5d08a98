from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from docai.domain.documents import Document, DocumentStatus, MediaType
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId, sha256_of
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.pipeline.index import index_page
from docai.stores.qdrant.memory import MemoryIndex

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = Document(
    id=DocumentId(UUID(int=1)),
    tenant_id=TenantId(UUID(int=2)),
    name="report.pdf",
    sha256=sha256_of(b""),
    media_type=MediaType.PDF,
    n_bytes=1,
    status=DocumentStatus.PROCESSING,
    created_at=NOW,
    updated_at=NOW,
)
EMBEDDER = NgramEmbedder()


def new_index() -> MemoryIndex:
    return MemoryIndex(dimension=EMBEDDER.dimension, encoder=EMBEDDER.fingerprint)


def words_of(*texts: str) -> PageWords:
    box = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.2)
    return PageWords(witness=Witness.OCR, words=tuple(Word(text=t, box=box, line=0) for t in texts))


def test_a_page_is_indexed_and_its_terms_are_counted() -> None:
    index = new_index()
    counts = index_page(DOCUMENT, 3, words_of("The", "Invoices", "invoice", "1,200"), index=index, embedder=EMBEDDER)
    assert counts == {"invoic": 2, "1200": 1}
    query = EMBEDDER.embed_query("invoice", {})
    assert query is not None
    found = index.search(DOCUMENT.tenant_id, query, document_ids=(), limit=5)
    assert [(document_id, number) for document_id, number, _ in found] == [(DOCUMENT.id, 3)]


def test_a_page_read_again_replaces_what_was_indexed() -> None:
    index = new_index()
    index_page(DOCUMENT, 3, words_of("invoice"), index=index, embedder=EMBEDDER)
    index_page(DOCUMENT, 3, words_of("receipt"), index=index, embedder=EMBEDDER)
    assert index.count() == 1


def test_a_page_without_words_is_taken_out_of_the_index() -> None:
    index = new_index()
    for empty in (None, words_of(), words_of("the", "—")):
        index_page(DOCUMENT, 3, words_of("invoice"), index=index, embedder=EMBEDDER)
        assert index_page(DOCUMENT, 3, empty, index=index, embedder=EMBEDDER) == {}
        assert index.count() == 0
