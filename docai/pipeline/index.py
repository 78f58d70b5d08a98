"""A page's words to its place in the page index, and to term counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from docai.domain.documents import Document
from docai.domain.words import PageWords
from docai.protocols import PageEmbedder, PageIndex
from docai.terms import terms


def index_page(
    document: Document, page_number: int, words: PageWords | None, *, index: PageIndex, embedder: PageEmbedder
) -> Mapping[str, int]:
    """Put the page into the index, in place of what it had there; gives its terms and how often each occurs.

    The counts are for the caller to store with the page: what the index holds of a page that was not stored is never
    shown, since every hit is looked up.

    Raises:
        InvalidEmbedding, IndexMismatch: the encoder and the index do not fit.
        StoreUnavailable, StoreFull: the index could not be written.
    """
    embedding = embedder.embed_page(words) if words else None
    if words is None or embedding is None:
        index.delete(document.tenant_id, document.id, [page_number])
        return {}
    index.upsert(document.tenant_id, document.id, page_number, embedding)
    return Counter(term for word in words.words for term in terms(word.text))
