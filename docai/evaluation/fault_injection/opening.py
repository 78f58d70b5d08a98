"""Files of an evaluation, opened as docai opens them: words by the text layer where it is believed, else by OCR."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from docai.domain.documents import MediaType, PageFacts
from docai.domain.geometry import Box
from docai.domain.parses import Block
from docai.domain.words import PageWords, Witness
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument
from docai.protocols import WordReader

_MEDIA_TYPES = {".pdf": MediaType.PDF, ".png": MediaType.PNG, ".jpg": MediaType.JPEG, ".jpeg": MediaType.JPEG}
_SCAN_DPI = 200.0
"""What pages are drawn with for OCR."""
_CROP_DPI = 110.0
_CROP_MARGIN = 0.03
"""What is shown around a place, in fractions of the page."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page of an open file."""

    number: int
    facts: PageFacts
    words: PageWords
    blocks: tuple[Block, ...]
    """As docai's own layout engine reads it; empty where that was not asked for."""


class Opener:
    """Opens files, and keeps what OCR read in a folder, so that a second run need not read it again."""

    def __init__(self, sandbox: PdfSandbox, ocr: WordReader, kept: Path | None = None) -> None:
        """Take the readers.

        Args:
            sandbox: reads PDFs and pictures.
            ocr: reads words of pictures.
            kept: where words read by OCR are kept; None: nowhere.
        """
        self._sandbox = sandbox
        self._ocr = ocr
        self._kept = kept

    @contextmanager
    def document(self, path: Path) -> Iterator[SandboxedDocument]:
        """A file, open.

        Raises:
            DocaiError: it cannot be opened.
        """
        with self._sandbox.open(path, _MEDIA_TYPES[path.suffix.lower()]) as document:
            yield document

    def page(self, path: Path, document: SandboxedDocument, number: int, *, lays_out: bool = False) -> OpenedPage:
        """A page's words, and its blocks if it is to be laid out.

        Raises:
            DocaiError: it cannot be read.
        """
        facts = document.measure(number)
        words, picture = facts.words, None
        if words.witness is not Witness.TEXT_LAYER:
            picture = document.render(number, _SCAN_DPI).content
            words = self._read(picture, f"{path.name}-{number}")
        blocks = document.read_layout(number, words, picture) if lays_out else ()
        return OpenedPage(number, facts, words, tuple(blocks))

    def picture_words(self, path: Path) -> PageWords:
        """The words of a picture, as it is."""
        return self._read(path.read_bytes(), path.name)

    def crop(self, path: Path, page_number: int, box: Box) -> bytes:
        """A place of a page with its surroundings, as PNG.

        Raises:
            DocaiError: the page cannot be drawn.
        """
        with self.document(path) as document:
            content = document.render(page_number, _CROP_DPI).content
        wide = Box.clipped(box.x0 - _CROP_MARGIN, box.y0 - _CROP_MARGIN, box.x1 + _CROP_MARGIN, box.y1 + _CROP_MARGIN)
        with Image.open(BytesIO(content)) as image:
            buffer = BytesIO()
            image.crop(wide.to_pixels(*image.size)).save(buffer, "PNG")
        return buffer.getvalue()

    def _read(self, picture: bytes, name: str) -> PageWords:
        if self._kept is None:
            return self._ocr.read(picture)
        digest = hashlib.sha256(picture + self._ocr.name.encode()).hexdigest()[:16]
        file = self._kept / f"{name}-{digest}.json"
        if file.exists():
            return PageWords.model_validate_json(file.read_bytes())
        words = self._ocr.read(picture)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words.model_dump_json(), encoding="utf-8")
        return words
