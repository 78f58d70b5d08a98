"""Whose words are believed, and what a page at fault becomes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from docai.checks.verify import EvidencePolicy
from docai.domain.access import Tenant
from docai.domain.documents import Page, PageFacts, PageState
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import DocumentId, TenantId, sha256_of
from docai.domain.images import PageImage, RasterPlan, RenderedPage, ResolutionReason
from docai.domain.parses import Block, BlockKind
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.domain.work import Stage
from docai.errors import BlobMissing, PageTimedOut
from docai.pipeline.follow import follow
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


WORD = Word(text="printed", box=HERE, line=0)


def believed(*words: Word) -> PageWords:
    return PageWords(witness=Witness.TEXT_LAYER, words=words, engine="layer 1")


def test_beside_a_text_layer_that_is_believed_ocr_is_the_second_witness(tmp_path: Path) -> None:
    layer = believed(WORD)
    page = reading(tmp_path).recognise(drawn_page(tmp_path, b"seen", layer))
    assert page.words == layer
    assert page.second_words is not None
    assert (page.second_words.witness, page.second_words.words[0].text) == (Witness.OCR, "seen")


@pytest.mark.parametrize(
    ("flaws", "words", "is_kept"),
    [
        ((TextLayerFlaw.PARTIAL,), (WORD,), True),
        ((TextLayerFlaw.INVISIBLE, TextLayerFlaw.PARTIAL), (WORD,), True),
        ((TextLayerFlaw.PARTIAL, TextLayerFlaw.WRONG_ENCODING), (WORD,), False),
        ((TextLayerFlaw.MISPLACED,), (WORD,), False),
        ((TextLayerFlaw.INVISIBLE,), (), False),
        ((TextLayerFlaw.MISSING,), (), False),
    ],
)
def test_a_text_layer_that_was_passed_over_is_the_second_witness_if_it_can_be_read(
    tmp_path: Path, flaws: tuple[TextLayerFlaw, ...], words: tuple[Word, ...], is_kept: bool
) -> None:
    layer = PageWords(witness=None, words=words, text_layer_flaws=flaws, engine="layer 1")
    page = reading(tmp_path).recognise(drawn_page(tmp_path, b"seen", layer))
    assert page.words is not None
    assert (page.words.witness, page.words.text_layer_flaws) == (Witness.OCR, flaws)
    kept = layer.model_copy(update={"witness": Witness.TEXT_LAYER})
    assert page.second_words == (kept if is_kept else None)


class Layered:
    """Stands for an open document with a text layer that is believed."""

    def measure(self, number: int) -> PageFacts:
        size = PageSize(width_pt=595, height_pt=842)
        return PageFacts(size=size, words=believed(WORD), smallest_print_pt=12, native_dpi=None)

    def render(self, number: int, dpi: float) -> RenderedPage:
        return RenderedPage(content=b"seen", width_px=10, height_px=10, dpi=dpi, ink_share=0.1)

    def read_layout(self, number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        assert image is None, "the file itself is laid out, not its picture"
        return (Block(kind=BlockKind.PARAGRAPH, text=words.words[0].text, box=HERE, word_ids=(0,)),)


def test_where_both_witnesses_are_wanted_a_page_is_laid_out_once_both_were_heard(tmp_path: Path) -> None:
    document: Any = a_document(Tenant(id=TenantId(UUID(int=2)), name="a"))
    opened: Any = Layered()
    believing = reading(tmp_path).read(opened, document, 1)[0]
    assert (believing.state, believing.second_words) == (PageState.PARSED, None)
    both = PageReading(
        blobs=FilesystemBlobs(tmp_path),
        reader=Reader(),  # type: ignore[arg-type]
        word_reader=Eye(),
        policy=dataclasses.replace(POLICY, wants_both_witnesses=True),
    )
    page, _ = both.read(opened, document, 1)
    assert (page.state, page.parse) == (PageState.QUEUED, None)
    assert [new.stage for new in follow(page, Stage.READ)] == [Stage.OCR]
    page = both.recognise(page)
    assert [new.stage for new in follow(page, Stage.OCR)] == [Stage.PARSE]
    page = both.lay_out(opened, page)
    assert page.state is PageState.PARSED
    assert page.parse is not None
    assert believing.parse is not None
    assert [block.text for block in page.parse.blocks] == [block.text for block in believing.parse.blocks]
    assert page.second_words is not None
