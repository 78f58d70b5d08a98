"""Whose words are believed, and what a page at fault becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from docai.checks.verify import EvidencePolicy
from docai.domain.access import Tenant
from docai.domain.documents import Page, PageState
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import DocumentId, TenantId, sha256_of
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.errors import BlobMissing, PageTimedOut
from docai.pipeline.parts import ReadingPolicy
from docai.pipeline.rasterise import RasterPolicy
from docai.pipeline.read import PageReading
from docai.stores.blobs.filesystem import FilesystemBlobs
from tests.integration.stores.samples import a_document

HERE = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.12)
POLICY = ReadingPolicy(
    raster=RasterPolicy(floor_dpi=150, ceiling_dpi=400, min_x_height_px=10, max_pixels=40_000_000),
    max_pages=10,
    evidence=EvidencePolicy(min_confidence=0.5),
    patience_s=60,
)
PLAN = RasterPlan(
    dpi=150,
    width_px=10,
    height_px=10,
    reason=ResolutionReason.FLOOR,
    smallest_print_pt=None,
    x_height_px=None,
    is_legible=True,
)


class Eye:
    """Reads the image's bytes as one word."""

    name = "eye 1"

    def read(self, image: bytes) -> PageWords:
        return PageWords(witness=Witness.OCR, words=(Word(text=image.decode(), box=HERE, line=0),), engine=self.name)


class Reader:
    """Stands for a PDF reader, whose pages take too long."""

    name = "reader 1"

    def layout(self, *_: Any, **__: Any) -> Any:
        raise PageTimedOut("took too long")

    measure = layout


def reading(folder: Path) -> PageReading:
    return PageReading(blobs=FilesystemBlobs(folder), reader=Reader(), word_reader=Eye(), policy=POLICY)  # type: ignore[arg-type]


def drawn_page(folder: Path, pixels: bytes, words: PageWords) -> Page:
    FilesystemBlobs(folder).put(pixels)
    image = PageImage(
        sha256=sha256_of(pixels), media_type="image/png", n_bytes=len(pixels), plan=PLAN, renderer="reader 1"
    )
    size = PageSize(width_pt=595, height_pt=842)
    return Page(
        document_id=DocumentId(UUID(int=1)), number=3, state=PageState.QUEUED, size=size, image=image, words=words
    )


def test_ocr_reads_the_image_and_keeps_why_the_text_layer_was_not_believed(tmp_path: Path) -> None:
    layer = PageWords(witness=None, text_layer_flaws=(TextLayerFlaw.WRONG_ENCODING,))
    page = reading(tmp_path).recognise(drawn_page(tmp_path, b"seen", layer))
    assert page.state is PageState.QUEUED, "its layout is still to be read"
    assert page.words is not None
    assert page.words.witness is Witness.OCR
    assert [word.text for word in page.words.words] == ["seen"]
    assert page.words.text_layer_flaws == (TextLayerFlaw.WRONG_ENCODING,)


def test_a_page_whose_image_is_gone_says_so(tmp_path: Path) -> None:
    page = drawn_page(tmp_path, b"seen", PageWords(witness=None))
    FilesystemBlobs(tmp_path).delete(sha256_of(b"seen"))
    with pytest.raises(BlobMissing):
        reading(tmp_path).recognise(page)
    with pytest.raises(BlobMissing):
        reading(tmp_path).recognise(page.model_copy(update={"image": None}))


def test_a_page_that_takes_too_long_to_measure_comes_back_as_failed(tmp_path: Path) -> None:

    document = a_document(Tenant(id=TenantId(UUID(int=2)), name="a"))
    page, pixels = reading(tmp_path).read(Reader(), document, 3)  # type: ignore[arg-type]
    assert (page.state, page.number, pixels) == (PageState.FAILED, 3, b"")
    assert page.fault is not None
    assert page.fault.code == "page_timed_out"
