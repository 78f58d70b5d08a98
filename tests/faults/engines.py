"""Engines that read the test papers: fast, exact, and killed by poison in the worker's own process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.geometry import Box, PageSize
from docai.domain.images import RenderedPage
from docai.domain.isolation import Isolation
from docai.domain.parses import Block, BlockKind
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.errors import PageUnreadable
from tests.faults.papers import Kind, Sheet, read

_SIZE = PageSize(width_pt=72, height_pt=72)
_WHOLE = Box(x0=0, y0=0, x1=1, y1=1)
_HOG_BYTES = 100 << 30


class PaperReader:
    """A `PdfReader` of test papers, in this very process."""

    name = "paper 1"
    isolation = Isolation(is_full=True, detail="none needed")

    def __init__(self, page_s: float) -> None:
        """Take `page_s` seconds to measure a page, so that faults find work being done."""
        self._page_s = page_s

    @contextmanager
    def open(self, path: Path, media_type: MediaType, password: str | None) -> Iterator[OpenPaper]:
        """Read the file."""
        assert media_type is MediaType.PDF
        assert password is None
        yield OpenPaper(read(path.read_bytes()), self._page_s)

    def close(self) -> None:
        """Nothing is kept."""


class OpenPaper:
    """An `OpenDocument` of a test paper."""

    def __init__(self, sheets: list[Sheet], page_s: float) -> None:
        self._sheets = sheets
        self._page_s = page_s

    @property
    def facts(self) -> DocumentFacts:
        return DocumentFacts(n_pages=len(self._sheets))

    def measure(self, page_number: int) -> PageFacts:
        sheet = self._sheets[page_number - 1]
        _swallow(sheet.kind, {Kind.SEGFAULT, Kind.LOOP, Kind.HOG})
        time.sleep(self._page_s)
        words = PageWords(witness=None, text_layer_flaws=(TextLayerFlaw.MISSING,))
        if sheet.kind is Kind.TEXT:
            words = _seen(sheet, Witness.TEXT_LAYER)
        return PageFacts(size=_SIZE, words=words, smallest_print_pt=None, native_dpi=None)

    def render(self, page_number: int, dpi: float) -> RenderedPage:
        sheet = self._sheets[page_number - 1]
        ink = 0.0 if sheet.kind is Kind.BLANK else 0.1
        return RenderedPage(content=sheet.image, width_px=72, height_px=72, dpi=dpi, ink_share=ink)

    def read_layout(self, page_number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        sheet = self._sheets[page_number - 1]
        texts = [word.text for word in words.words]
        label = sheet.layout(texts, image)
        ids = tuple(range(len(texts)))
        return (Block(kind=BlockKind.FIELD, text=" ".join(texts), label=label, box=_WHOLE, word_ids=ids),)


class ImageReader:
    """A `WordReader` of the images that `PaperReader` draws."""

    name = "image 1"

    def __init__(self, page_s: float) -> None:
        self._page_s = page_s

    def read(self, image: bytes) -> PageWords:
        sheet = Sheet.of_image(image)
        if sheet.kind is Kind.TEXT:
            raise PageUnreadable("This page's words are in its file.")
        _swallow(sheet.kind, {Kind.OCR_SEGFAULT})
        time.sleep(self._page_s)
        return _seen(sheet, Witness.OCR)


def _seen(sheet: Sheet, witness: Witness) -> PageWords:
    words = tuple(Word(text=text, box=_WHOLE, line=0) for text in sheet.words)
    return PageWords(witness=witness, words=words, engine="paper 1")


def _swallow(kind: Kind, here: set[Kind]) -> None:
    if kind not in here:
        return
    if kind is Kind.LOOP:
        while True:
            pass
    if kind is Kind.HOG:
        bytearray(_HOG_BYTES)
    os.kill(os.getpid(), signal.SIGSEGV)
