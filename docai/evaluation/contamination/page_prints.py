"""The pages of PDFs and pictures as what they are recognised by."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageSequence, UnidentifiedImageError

from docai.domain.documents import MediaType
from docai.errors import DatasetDamaged, DocaiError
from docai.evaluation.contamination.perceptual_hash import PagePrint, page_print
from docai.pdf.sandbox import PdfSandbox

_DPI = 40.0
"""A page is then some 330 x 470 pixels; 64 x 64 are looked at."""


class PageReader:
    """Draws pages small; PDFs in the sandbox."""

    def __init__(self, sandbox: PdfSandbox, scratch: Path) -> None:
        """Take a sandbox, and a folder for PDFs that are not in files."""
        self._sandbox = sandbox
        self._scratch = scratch

    def of_bytes(self, content: bytes) -> Iterator[PagePrint]:
        """The pages of a file's bytes.

        Raises:
            DatasetDamaged: it cannot be opened, or a page of it not be drawn.
        """
        if content.startswith(b"%PDF"):
            path = self._scratch / "document.pdf"
            path.write_bytes(content)
            yield from self._of_pdf(path)
        else:
            yield from _of_picture(content)

    def of_file(self, path: Path) -> Iterator[PagePrint]:
        """The pages of a file.

        Raises:
            DatasetDamaged: it cannot be opened, or a page of it not be drawn.
        """
        if path.suffix.lower() == ".pdf":
            yield from self._of_pdf(path)
        else:
            yield from _of_picture(path.read_bytes())

    def _of_pdf(self, path: Path) -> Iterator[PagePrint]:
        try:
            with self._sandbox.open(path, MediaType.PDF) as document:
                for number in range(1, document.facts.n_pages + 1):
                    yield from _of_picture(document.render(number, _DPI).content)
        except DocaiError as error:
            raise DatasetDamaged(f"{path.name} cannot be drawn: {error}.") from None


def _of_picture(content: bytes) -> Iterator[PagePrint]:
    """A picture, or each of a TIFF's."""
    try:
        with Image.open(BytesIO(content)) as picture:
            for frame in ImageSequence.Iterator(picture):
                yield page_print(frame)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise DatasetDamaged(f"A picture cannot be read: {error}.") from None
