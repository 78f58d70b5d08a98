"""RapidOCR (PP-OCR through onnxruntime), for pages without a text layer."""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

from docai.domain.words import PageWords, Witness

if TYPE_CHECKING:
    from docai.engines.ocr.models import Models


class RapidOcrReader:
    """Reads page images with the PP-OCR models of RapidOCR's package. Thread-safe; loads at the first page."""

    def __init__(self, threads: int = 0) -> None:
        """`threads` of one run, 0 for all cores."""
        self._threads = threads
        self._models: Models | None = None
        # One page at a time: a second run would double the memory and gain nothing on the same cores.
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Name and version, as stored with every result."""
        return f"rapidocr {version('rapidocr')} (PP-OCRv6 small)"

    def read(self, image: bytes) -> PageWords:
        """The words of a page image (an image file's bytes), in reading order of lines; boxes on the image as given.

        Raises:
            PageTooLarge: the image has too many pixels.
            PageUnreadable: the bytes are no image, or a damaged one.
            EngineUnavailable: RapidOCR's models are missing.
        """
        # The engine takes two seconds to import, so it waits for the first page that needs it.
        from docai.engines.ocr.models import Models  # noqa: PLC0415
        from docai.engines.ocr.page import read_page  # noqa: PLC0415
        from docai.engines.ocr.preparation import decode  # noqa: PLC0415

        pixels = decode(image)
        with self._lock:
            if self._models is None:
                self._models = Models(self._threads)
            turn, words = read_page(self._models, pixels)
        return PageWords(witness=Witness.OCR if words else None, words=words, rotation=90 * turn, engine=self.name)
