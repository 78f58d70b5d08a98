"""Pages embedded together, and each put into its place in the page index."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docai.domain.documents import Document, Page
from docai.domain.embeddings import PageEmbedding, PageSight
from docai.domain.work import Stage
from docai.errors import BlobMissing, DocaiError, InvalidEmbedding, PageError
from docai.pipeline.pace import Pace
from docai.pipeline.page_terms import page_terms
from docai.protocols import BlobStore, PageEmbedder, PageIndex


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, and what the encoder gave for it."""

    page: Page
    found: PageEmbedding | Exception | None
    """Its vectors, None where there is nothing to embed, or why there are none."""
    seconds: float
    """Its share of the time that it took with the pages beside it."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is to be recorded of a page that was put into the index."""

    terms: Mapping[str, int]
    """How often each stands on the page."""
    n_vectors: int
    error: DocaiError | None = None
    """Why search cannot find the page, which then has neither vectors nor terms."""


class PageIndexing:
    """Embeds pages and puts them into the index. Thread-safe."""

    def __init__(self, *, blobs: BlobStore, index: PageIndex, embedder: PageEmbedder) -> None:
        self._blobs = blobs
        self._index = index
        self._embedder = embedder
        self._pace = Pace(Stage.EMBED.batch_size)

    @property
    def n_pages(self) -> int:
        """How many pages are best seen at once, as far as is known by now."""
        return self._pace.n_pages

    def see(self, pages: Sequence[Page]) -> dict[int, Seen]:
        """Embed pages of one document together, each by itself where that fails; by page number. Raises nothing."""
        begun = time.monotonic()
        found = self._found(pages)
        seconds = time.monotonic() - begun
        self._pace.took(len(pages), seconds)
        return {page.number: Seen(page, each, seconds / len(pages)) for page, each in zip(pages, found, strict=True)}

    def _found(self, pages: Sequence[Page]) -> Sequence[PageEmbedding | Exception | None]:
        try:
            return embedded(sights_of(pages, self._blobs, self._embedder), self._embedder)
        except Exception as error:  # noqa: BLE001 - what one page causes must not cost the others
            return [error] if len(pages) == 1 else [found for page in pages for found in self._found([page])]

    def put(self, document: Document, seen: Seen) -> Indexed:
        """Put a page into the index, or take it out where the page itself is at fault.

        Raises:
            IndexMismatch: the index takes no vectors of this encoder.
            EngineUnavailable: the encoder is lost.
            StoreUnavailable, StoreFull: the index could not be written.
        """
        try:
            if isinstance(seen.found, Exception):
                raise seen.found
            terms = index_page(document, seen.page, seen.found, index=self._index)
        except (InvalidEmbedding, PageError, BlobMissing) as error:
            self._index.delete(document.tenant_id, document.id, [seen.page.number])
            return Indexed({}, 0, error)
        return Indexed(terms, 0 if seen.found is None else len(seen.found.vectors))


def sights_of(pages: Sequence[Page], blobs: BlobStore, embedder: PageEmbedder) -> list[PageSight]:
    """What the encoder may look at of each page: its words, and its image where images are looked at.

    Raises:
        BlobMissing: a page's image is gone.
    """
    return [
        PageSight(page.words, blobs.get(page.image.sha256) if embedder.sees_images and page.image else None)
        for page in pages
    ]


def embedded(
    sights: Sequence[PageSight], embedder: PageEmbedder
) -> list[PageEmbedding | PageError | InvalidEmbedding | None]:
    """Pages embedded together, in their order: vectors, None where there is nothing to embed, or what is wrong with it.

    Where one page is at fault, each is embedded by itself, so that the others are embedded all the same.

    Raises:
        EngineUnavailable: the encoder is lost, or a page does not fit into its device's memory.
    """
    try:
        return [*embedder.embed_pages(sights)]
    except (PageError, InvalidEmbedding) as error:
        if len(sights) == 1:
            return [error]
    return [found for sight in sights for found in embedded([sight], embedder)]


def index_page(
    document: Document, page: Page, embedding: PageEmbedding | None, *, index: PageIndex
) -> Mapping[str, int]:
    """Put the page into the index, in place of what it had there; gives its terms and how often each occurs.

    The counts are for the caller to store with the page: what the index holds of a page that was not stored is never
    shown, since every hit is looked up.

    Args:
        document: which the page is of.
        page: with its words and layout.
        embedding: what the encoder gave for it; None where there is nothing to embed, and it is taken out.
        index: one that takes this encoder's vectors.

    Raises:
        InvalidEmbedding, IndexMismatch: the encoder and the index do not fit.
        StoreUnavailable, StoreFull: the index could not be written.
    """
    if embedding is None:
        index.delete(document.tenant_id, document.id, [page.number])
    else:
        index.upsert(document.tenant_id, document.id, page.number, embedding)
    return page_terms(page.words, page.parse)
