"""One page from the file or its image to words, layout and evidence; meets no record store."""

from __future__ import annotations

from collections.abc import Callable

from docai.checks.verify import verify
from docai.domain.documents import Document, Fault, Page, PageFacts, PageState
from docai.domain.images import PageImage
from docai.domain.words import PageWords, TextLayerFlaw, Witness
from docai.errors import BlobMissing, PageError
from docai.pipeline.parse import LAYOUT_UNREADABLE, parse, parse_lines
from docai.pipeline.parts import ReadingPolicy
from docai.pipeline.rasterise import rasterise
from docai.protocols import BlobStore, OpenDocument, PdfReader, WordReader
from docai.telemetry import STEP_SECONDS, log

BLANK_INK_SHARE = 0.0005
"""A page with less ink than this, and no words of its own, shows nothing: dust on an A4 scan at 200 DPI is some hundred
of 3.9 million pixels."""

_READABLE = frozenset({TextLayerFlaw.INVISIBLE, TextLayerFlaw.PARTIAL})
"""Flaws for which a text layer is passed over although its characters can be read: it is still a second witness."""


class PageReading:
    """Reads pages. A page at fault comes back as failed, with the fault; a store that is away raises."""

    def __init__(self, *, blobs: BlobStore, reader: PdfReader, word_reader: WordReader, policy: ReadingPolicy) -> None:
        self._blobs = blobs
        self._reader = reader
        self._word_reader = word_reader
        self._policy = policy

    def read(self, opened: OpenDocument, document: Document, number: int) -> tuple[Page, bytes]:
        """A page measured and drawn, and its image.

        Where the text layer is believed, the page is laid out and grounded, and in its final state unless a model is to
        read it too. Else it is still queued: its words are to be recognised from its image, as they are of every page
        where both witnesses are wanted.
        """
        drawn: list[bytes] = []
        page = Page(document_id=document.id, number=number, state=PageState.QUEUED)
        return _or_failed(page, lambda: self._drawn(opened, page, drawn)), b"".join(drawn)

    def recognise(self, page: Page) -> Page:
        """The page with the words that OCR read from its image; still queued, for its layout.

        Where the text layer is believed, they are the second witness's. Else they are believed, and the text layer is
        the second witness, if it can be read.
        """
        with STEP_SECONDS.labels("ocr").time():
            seen = self._word_reader.read(self._pixels(page))
        layer = page.words or PageWords(witness=None)
        if layer.witness is Witness.TEXT_LAYER:
            return page.model_copy(update={"second_words": seen})
        believed = seen.model_copy(update={"text_layer_flaws": layer.text_layer_flaws})
        return page.model_copy(update={"words": believed, "second_words": _still_readable(layer)})

    def lay_out(self, opened: OpenDocument, page: Page) -> Page:
        """The page with its layout read from its image and words, and grounded.

        It is in its final state, unless a model is to read it too.
        """
        return _or_failed(page, lambda: self._laid_out(opened, page, self._pixels(page)))

    def _drawn(self, opened: OpenDocument, page: Page, drawn: list[bytes]) -> Page:
        with STEP_SECONDS.labels("measure").time():
            facts = opened.measure(page.number)
        with STEP_SECONDS.labels("rasterise").time():
            image, pixels, ink_share = rasterise(
                opened,
                page.number,
                facts,
                blobs=self._blobs,
                policy=self._policy.raster,
                renderer=self._reader.name,
            )
        drawn.append(pixels)
        image = image.model_copy(update={"native_dpi": facts.native_dpi})
        page = page.model_copy(update={"size": facts.size, "image": image, "words": facts.words})
        if _is_blank(facts, ink_share):
            return page.model_copy(update={"state": PageState.BLANK, "words": PageWords(witness=None)})
        is_read = facts.words.witness is Witness.TEXT_LAYER and not self._policy.wants_both_witnesses
        return self._laid_out(opened, page, pixels) if is_read else page

    def _laid_out(self, opened: OpenDocument, page: Page, pixels: bytes) -> Page:
        words, image = page.words, page.image
        assert words is not None
        assert image is not None
        fault = _shortfall(image, words, self._policy.evidence.min_confidence)
        with STEP_SECONDS.labels("parse").time():
            try:
                layout = parse(opened, page.number, words, pixels, engine=self._reader.name)
            except PageError as error:
                if not words.words and self._policy.model is None:
                    raise
                layout = parse_lines(page.number, words)
                fault = Fault(code=LAYOUT_UNREADABLE, message=f"Only the words could be read: {error.message}")
        with STEP_SECONDS.labels("ground").time():
            verified = verify(
                layout, words, reader=words.engine, policy=self._policy.evidence, second=page.second_words
            )
        state = PageState.DEGRADED if fault else PageState.PARSED
        if self._policy.model is not None:
            state = PageState.QUEUED
        return page.model_copy(update={"state": state, "fault": fault, "parse": verified})

    def _pixels(self, page: Page) -> bytes:
        if page.image is None:
            raise BlobMissing(f"Page {page.number} has no image.")
        return self._blobs.get(page.image.sha256)


def _or_failed(page: Page, read: Callable[[], Page]) -> Page:
    try:
        return read()
    except PageError as error:
        log("page failed", level="warning", document=str(page.document_id), page=page.number, code=error.code)
        failed = Fault(code=error.code, message=error.message)
        return page.model_copy(update={"state": PageState.FAILED, "fault": failed, "words": None, "second_words": None})


def _still_readable(layer: PageWords) -> PageWords | None:
    """A text layer that was passed over, as a witness; None where its characters tell nothing."""
    if not layer.words or not _READABLE.issuperset(layer.text_layer_flaws):
        return None
    return layer.model_copy(update={"witness": Witness.TEXT_LAYER})


def _is_blank(facts: PageFacts, ink_share: float) -> bool:
    """Whether a page shows nothing; a lone word has less ink than dust, but a text layer that is believed names it."""
    has_words = facts.words.witness is Witness.TEXT_LAYER and bool(facts.words.words)
    return ink_share < BLANK_INK_SHARE and not (has_words and ink_share > 0)


def _shortfall(image: PageImage, words: PageWords, min_confidence: float) -> Fault | None:
    """Why the page was read below what we promise; None if it was not."""
    plan = image.plan
    if not plan.is_legible and words.witness is Witness.OCR and image.native_dpi is None:
        return Fault(
            code="print_too_small",
            message=f"At {plan.dpi:.0f} DPI, the most the pixel limit allows, the smallest print is not legible.",
        )
    unsure = sum(word.confidence < min_confidence for word in words.words)
    if words.witness is Witness.OCR and unsure * 2 > len(words.words):
        return Fault(code="mostly_illegible", message=f"{unsure} of {len(words.words)} words could not be read surely.")
    return None
