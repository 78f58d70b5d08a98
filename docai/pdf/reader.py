"""An open PDF or image inside the confined process: its facts, and each of its pages freed of rotation."""

from __future__ import annotations

import math

import pymupdf

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.images import RenderedPage
from docai.domain.parses import Block
from docai.domain.words import PageWords
from docai.errors import DocumentEncrypted, DocumentUnreadable, NoPages, PageUnreadable, WrongPassword
from docai.pdf import findings, layout, measures, raster, scan
from docai.pdf.page_tree import count_pages
from docai.pdf.pictures import pdf_of_picture

_TYPES = {MediaType.PDF: "pdf", MediaType.PNG: "png", MediaType.JPEG: "jpeg", MediaType.TIFF: "tiff"}
_MAX_TITLE_CHARACTERS = 500


class ReadDocument:
    """A document held open; knows the last page it was asked for."""

    def __init__(self, content: bytes | memoryview, media_type: MediaType, password: str | None) -> None:
        """Open, authenticate, count.

        Raises:
            DocumentUnreadable, DocumentEncrypted, WrongPassword, NoPages: there is nothing to read.
        """
        self._source = _open(content, media_type)
        is_encrypted = bool(self._source.needs_pass)
        if is_encrypted:
            _authenticate(self._source, password)
        n_pages = _count(self._source)
        self._page: tuple[int, pymupdf.Page] | None = None
        self._listed: pymupdf.DisplayList | None = None
        self._page_document: pymupdf.Document | None = None
        self.facts = DocumentFacts(
            n_pages=n_pages,
            title=_title(self._source),
            security=findings.inspect(self._source, is_encrypted=is_encrypted),
        )

    def measure(self, number: int) -> PageFacts:
        """What is known of a page before it is drawn."""
        return measures.measure(self.shown_page(number), self._display_list(number))

    def render(self, number: int, dpi: float, *, max_pixels: int) -> RenderedPage:
        """A page as PNG."""
        return raster.draw(self.shown_page(number), dpi, max_pixels=max_pixels, listed=self._display_list(number))

    def read_layout(self, number: int, found: PageWords, image: bytes | None) -> tuple[Block, ...]:
        """A page's blocks; of its picture where one is given."""
        page = self.shown_page(number) if image is None else scan.page_of_scan(image, found)
        return layout.read_layout(page, found)

    def shown_page(self, number: int) -> pymupdf.Page:
        """The page as it is shown, its rotation written into its content, so that every coordinate is as seen.

        Raises:
            PageUnreadable: it cannot be loaded or has no extent.
        """
        if self._page is None or self._page[0] != number:
            self._listed = None
            self._page = (number, self._load(number))
        return self._page[1]

    def _display_list(self, number: int) -> pymupdf.DisplayList:
        """The page's content, interpreted once for all steps."""
        page = self.shown_page(number)
        if self._listed is None:
            self._listed = page.get_displaylist()
        return self._listed

    def _load(self, number: int) -> pymupdf.Page:
        if self._source.is_pdf:
            page = self._source.load_page(number - 1)
            page.remove_rotation()
        else:
            self._page_document = pdf_of_picture(self._source, number)
            page = self._page_document.load_page(0)
        width, height = page.rect.width, page.rect.height
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            raise PageUnreadable(f"Page {number} has no extent.")
        return page


def _open(content: bytes | memoryview, media_type: MediaType) -> pymupdf.Document:
    try:
        document = pymupdf.open(stream=content, filetype=_TYPES[media_type])
    except MemoryError:
        raise
    except Exception as error:
        raise DocumentUnreadable("The file is damaged beyond repair.") from error
    if document.is_pdf != (media_type is MediaType.PDF) or not (document.is_pdf or _has_picture(document)):
        raise DocumentUnreadable("The file is not what its first bytes say.")
    return document


def _has_picture(document: pymupdf.Document) -> bool:
    try:
        return bool(document.load_page(0).get_image_info())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, it is no picture
        return False


def _authenticate(document: pymupdf.Document, password: str | None) -> None:
    if password is None:
        raise DocumentEncrypted("The file needs a password: give it with the upload.")
    if not document.authenticate(password):
        raise WrongPassword("The password does not open the file.")


def _count(document: pymupdf.Document) -> int:
    n_pages = count_pages(document)
    if n_pages < 1:
        raise NoPages("The document opens and has no page.")
    return n_pages


def _title(document: pymupdf.Document) -> str | None:
    text = str((document.metadata or {}).get("title") or "")
    return "".join(c for c in text if c.isprintable()).strip()[:_MAX_TITLE_CHARACTERS] or None
