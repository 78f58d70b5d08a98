from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.embeddings import PageEmbedding, PageSight
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, Sha256, TenantId, sha256_of
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import BlobMissing, EngineUnavailable, IndexMismatch, InvalidEmbedding, PageUnreadable
from docai.pipeline.index import PageIndexing, embedded, index_page, sights_of
from docai.stores.blobs.filesystem import FilesystemBlobs
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


class Eye(NgramEmbedder):
    """An encoder of images in which words are written as bytes; it fails where the picture says so."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    @property
    def sees_images(self) -> bool:
        return True

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        self.calls.append(len(pages))
        return [self._embed(page) for page in pages]

    def _embed(self, page: PageSight) -> PageEmbedding | None:
        text = (page.image or b"").decode()
        match text:
            case "":
                raise PageUnreadable("the page has no image")
            case "nan":
                raise InvalidEmbedding("a vector is not a number")
            case "lost":
                raise EngineUnavailable("the device is lost")
            case "bug":
                raise ZeroDivisionError
        return self.embed_words(words_of(*text.split()))


def new_index() -> MemoryIndex:
    return MemoryIndex(dimension=EMBEDDER.dimension, encoder=EMBEDDER.fingerprint)


def words_of(*texts: str) -> PageWords:
    box = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.2)
    return PageWords(witness=Witness.OCR, words=tuple(Word(text=t, box=box, line=0) for t in texts))


def page_of(*texts: str, number: int = 3, image: Sha256 | None = None) -> Page:
    plan = RasterPlan(
        dpi=150,
        width_px=10,
        height_px=10,
        reason=ResolutionReason.FLOOR,
        smallest_print_pt=None,
        x_height_px=None,
        is_legible=True,
    )
    return Page(
        document_id=DOCUMENT.id,
        number=number,
        state=PageState.PARSED,
        words=words_of(*texts),
        image=image and PageImage(sha256=image, media_type="image/png", n_bytes=1, plan=plan, renderer="drawer 1"),
    )


def indexed(page: Page, index: MemoryIndex) -> dict[str, int]:
    (embedding,) = EMBEDDER.embed_pages([PageSight(page.words)])
    return dict(index_page(DOCUMENT, page, embedding, index=index))


def found(index: MemoryIndex, text: str) -> list[int]:
    query = EMBEDDER.embed_query(text, {})
    assert query is not None
    return [number for _, number, _ in index.search(DOCUMENT.tenant_id, query, document_ids=(), limit=9)]


@pytest.fixture
def blobs(tmp_path: Path) -> FilesystemBlobs:
    return FilesystemBlobs(tmp_path)


def drawn(blobs: FilesystemBlobs, *pictures: str) -> list[Page]:
    """Pages 1 and up, with these pictures."""
    return [
        page_of("invoice", number=number, image=blobs.put(picture.encode()))
        for number, picture in enumerate(pictures, start=1)
    ]


def test_a_page_is_indexed_and_its_terms_are_counted() -> None:
    index = new_index()
    assert indexed(page_of("The", "Invoices", "invoice", "1,200"), index) == {"invoic": 2, "1200": 1}
    assert found(index, "invoice") == [3]


def test_a_page_read_again_replaces_what_was_indexed() -> None:
    index = new_index()
    indexed(page_of("invoice"), index)
    indexed(page_of("receipt"), index)
    assert index.count() == 1


def test_a_page_without_words_is_taken_out_of_the_index() -> None:
    index = new_index()
    for empty in (page_of(), page_of("the", "\u2014"), page_of().model_copy(update={"words": None})):
        indexed(page_of("invoice"), index)
        assert indexed(empty, index) == {}
        assert index.count() == 0


def test_an_encoder_of_words_is_shown_no_image(blobs: FilesystemBlobs) -> None:
    pages = [page_of("invoice", image=sha256_of(b"an image that is gone"))]
    assert sights_of(pages, blobs, EMBEDDER) == [PageSight(pages[0].words)]


def test_an_encoder_of_images_is_shown_the_stored_image(blobs: FilesystemBlobs) -> None:
    (page,) = drawn(blobs, "zinc")
    assert sights_of([page], blobs, Eye()) == [PageSight(page.words, b"zinc")]
    assert sights_of([page_of("invoice")], blobs, Eye()) == [PageSight(words_of("invoice"))]


def test_pages_are_embedded_in_one_go() -> None:
    eye = Eye()
    vectors = embedded([PageSight(None, b"zinc"), PageSight(None, b"the"), PageSight(None, b"copper")], eye)
    assert [isinstance(each, PageEmbedding) for each in vectors] == [True, False, True]
    assert eye.calls == [3]


def test_a_page_at_fault_does_not_cost_the_others_their_vectors() -> None:
    sights = [PageSight(None, b"zinc"), PageSight(None, b"nan"), PageSight(None), PageSight(None, b"copper")]
    first, second, third, fourth = embedded(sights, Eye())
    assert isinstance(first, PageEmbedding)
    assert isinstance(second, InvalidEmbedding)
    assert isinstance(third, PageUnreadable)
    assert isinstance(fourth, PageEmbedding)


def test_an_encoder_that_is_lost_is_nothing_of_a_page() -> None:
    with pytest.raises(EngineUnavailable):
        embedded([PageSight(None, b"zinc"), PageSight(None, b"lost")], Eye())


def test_pages_seen_together_have_the_vectors_of_their_own_image(blobs: FilesystemBlobs) -> None:
    index = new_index()
    indexing = PageIndexing(blobs=blobs, index=index, embedder=Eye())
    seen = indexing.see(drawn(blobs, "zinc", "copper"))
    for number in (1, 2):
        put = indexing.put(DOCUMENT, seen[number])
        assert (put.terms, put.n_vectors, put.error) == ({"invoic": 1}, 1, None)
    assert (found(index, "zinc")[0], found(index, "copper")[0]) == (1, 2)


def test_a_turn_s_time_is_shared_among_its_pages(blobs: FilesystemBlobs) -> None:
    seen = PageIndexing(blobs=blobs, index=new_index(), embedder=Eye()).see(drawn(blobs, "zinc", "copper"))
    assert seen[1].seconds == seen[2].seconds > 0


def test_the_pages_of_a_turn_become_more_while_they_are_quick(blobs: FilesystemBlobs) -> None:
    indexing = PageIndexing(blobs=blobs, index=new_index(), embedder=Eye())
    assert indexing.n_pages == 1
    indexing.see(drawn(blobs, "zinc"))
    assert indexing.n_pages > 1


@pytest.mark.parametrize("fault", ["nan", ""])
def test_a_page_that_cannot_be_embedded_is_in_no_ranking(fault: str, blobs: FilesystemBlobs) -> None:
    index = new_index()
    indexing = PageIndexing(blobs=blobs, index=index, embedder=Eye())
    good, bad = drawn(blobs, "copper", "zinc")
    indexing.put(DOCUMENT, indexing.see([bad])[2])
    bad = drawn(blobs, "copper", fault)[1] if fault else bad.model_copy(update={"image": None})
    seen = indexing.see([good, bad])
    assert indexing.put(DOCUMENT, seen[1]).error is None
    put = indexing.put(DOCUMENT, seen[2])
    assert put.error is not None
    assert (put.terms, put.n_vectors) == ({}, 0)
    assert index.page_numbers(DOCUMENT.tenant_id, DOCUMENT.id) == [1]


def test_an_image_that_is_gone_is_the_fault_of_its_page_alone(blobs: FilesystemBlobs) -> None:
    indexing = PageIndexing(blobs=blobs, index=new_index(), embedder=Eye())
    good, bad = drawn(blobs, "copper", "zinc")
    assert bad.image is not None
    blobs.delete(bad.image.sha256)
    seen = indexing.see([good, bad])
    assert indexing.put(DOCUMENT, seen[1]).n_vectors == 1
    assert isinstance(indexing.put(DOCUMENT, seen[2]).error, BlobMissing)


@pytest.mark.parametrize(("picture", "error"), [("lost", EngineUnavailable), ("bug", ZeroDivisionError)])
def test_trouble_that_is_not_the_page_s_is_raised_where_the_page_is_put(
    picture: str, error: type[Exception], blobs: FilesystemBlobs
) -> None:
    indexing = PageIndexing(blobs=blobs, index=new_index(), embedder=Eye())
    seen = indexing.see(drawn(blobs, "copper", picture))
    assert indexing.put(DOCUMENT, seen[1]).n_vectors == 1
    with pytest.raises(error):
        indexing.put(DOCUMENT, seen[2])


def test_an_index_of_another_encoder_is_not_the_page_s_fault(blobs: FilesystemBlobs) -> None:
    other = MemoryIndex(dimension=EMBEDDER.dimension, encoder="another")
    indexing = PageIndexing(blobs=blobs, index=other, embedder=Eye())
    with pytest.raises(IndexMismatch):
        indexing.put(DOCUMENT, indexing.see(drawn(blobs, "copper"))[1])


def test_threads_may_share_it(blobs: FilesystemBlobs) -> None:
    index = new_index()
    indexing = PageIndexing(blobs=blobs, index=index, embedder=EMBEDDER)

    def work(first: int) -> None:
        for number in range(first, first + 10):
            page = page_of(f"word{number}", number=number)
            indexing.put(DOCUMENT, indexing.see([page])[number])

    threads = [threading.Thread(target=work, args=(first,)) for first in (1, 11, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.count() == 30
    assert np.all([found(index, f"word{number}")[0] == number for number in range(1, 31)])
