"""What an engine and a PDF reader must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from docai.domain.documents import DocumentFacts, MediaType, PageFacts
from docai.domain.embeddings import PageEmbedding, PageSight, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.images import RenderedPage
from docai.domain.isolation import Isolation
from docai.domain.parses import Block
from docai.domain.words import PageWords


class OpenDocument(Protocol):
    """A document opened in a process that can be killed. Page numbers are 1-based."""

    @property
    def facts(self) -> DocumentFacts:
        """What opening it told."""

    def measure(self, page_number: int) -> PageFacts:
        """The page's size, text layer, smallest print and scan resolution; draws nothing large.

        Raises:
            PageTimedOut, PageCrashed, PageUnreadable: the page could not be read; other pages still can.
        """

    def render(self, page_number: int, dpi: float) -> RenderedPage:
        """The page as a lossless RGB image at `dpi`, turned as shown.

        Raises:
            PageTooLarge: it would have more pixels than allowed.
            PageTimedOut, PageCrashed, PageUnreadable: as for `measure`.
        """

    def read_layout(self, page_number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        """The page's blocks in reading order, tables with cells; every block and cell names its words by id.

        With `image`, the page is read from this picture and `words` (OCR) instead of the file's own content.

        Raises:
            PageTimedOut, PageCrashed, PageUnreadable: as for `measure`.
        """


class PdfReader(Protocol):
    """Opens documents (PDF, PNG, JPEG, TIFF) in isolation."""

    @property
    def name(self) -> str:
        """Name and version, as stored with every result."""

    @property
    def isolation(self) -> Isolation:
        """How far a reader is kept away from this machine; told without starting one."""

    def open(self, path: Path, media_type: MediaType, password: str | None) -> AbstractContextManager[OpenDocument]:
        """Open a file for reading.

        Raises:
            DocumentUnreadable, DocumentEncrypted, WrongPassword, NoPages: nothing can be read.
        """


class WordReader(Protocol):
    """Optical character recognition."""

    @property
    def name(self) -> str:
        """Name and version, as stored with every result."""

    def read(self, image: bytes) -> PageWords:
        """The words of a page image (an image file's bytes), in reading order of lines; boxes on the image as given.

        A page that stands on its side or head is turned before reading; `rotation` says by how much.
        Thread-safe.
        """


class QueryEmbedder(Protocol):
    """Queries to vectors for late interaction. Thread-safe."""

    @property
    def fingerprint(self) -> str:
        """Name, version and settings: vectors with different fingerprints are never compared.

        Raises:
            IndexMissing: it is that of the index in use, and there is none yet.
        """

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per query token.

        Args:
            text: the query.
            weights: term to weight, by which encoders of words scale their vectors; a missing term weighs as an unseen
                one. Encoders that weigh by context do without.

        Returns:
            None when the text has nothing to look for.

        Raises:
            InvalidQuestion: it has more tokens than the encoder takes.
            EngineUnavailable: the encoder does not answer.
        """

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        """A page's vectors made again from its words, to explain a hit; None where vectors are of images."""


class PageEmbedder(QueryEmbedder, Protocol):
    """Pages and queries to vectors for late interaction. Thread-safe."""

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""

    @property
    def sees_images(self) -> bool:
        """Whether it looks at page images; else it looks at their words."""

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        """Each page's vectors, in the order of the pages; None for a page with nothing to embed.

        A page's vectors do not depend on the pages it is embedded with.

        Raises:
            InvalidEmbedding: a vector is not finite or has no length.
            PageUnreadable: an image is damaged.
            EngineUnavailable: the device has no memory for a single page, or this process has no encoder of pages.
        """


class PageCropper(Protocol):
    """Cuts and marks stored page images."""

    def crop(self, image: bytes, box: Box) -> bytes:
        """The part of an image file that a box covers, as PNG."""

    def mark(self, image: bytes, boxes: Sequence[Box]) -> bytes:
        """The image with boxes drawn on it, as PNG."""

    def heat_map(self, image: bytes, spots: Sequence[tuple[Box, float]]) -> bytes:
        """The image in grey, boxes glowing by their strength relative to the strongest, as PNG."""
