"""RapidOCR (PP-OCR through onnxruntime), for pages without a text layer."""

from __future__ import annotations

import threading
from importlib.metadata import version

import cv2
import numpy as np

from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.engines.ocr.detection import find_lines
from docai.engines.ocr.line_words import StripWord, split
from docai.engines.ocr.models import LINE_HEIGHT_PX, Models
from docai.engines.ocr.preparation import Pixels, decode
from docai.engines.ocr.recognition import Strip, cut_out, read


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
        pixels = decode(image)
        with self._lock:
            if self._models is None:
                self._models = Models(self._threads)
            words = self._words(self._models, pixels)
        return PageWords(witness=Witness.OCR if words else None, words=words, rotation=0, engine=self.name)

    def _words(self, models: Models, pixels: Pixels) -> tuple[Word, ...]:
        quads = find_lines(models, pixels, 1.0)
        strips = [cut_out(pixels, quad) for quad in quads]
        words = []
        for line, (strip, reading) in enumerate(zip(strips, read(models, strips), strict=True)):
            for word in split(strip, reading):
                words.append(Word(text=word.text, box=_box(strip, word, pixels), line=line, confidence=word.confidence))
        return tuple(words)


def _box(strip: Strip, word: StripWord, pixels: Pixels) -> Box:
    corners = np.asarray(
        [[[word.left, 0], [word.right, 0], [word.right, LINE_HEIGHT_PX], [word.left, LINE_HEIGHT_PX]]], dtype=np.float32
    )
    on_page = cv2.perspectiveTransform(corners, strip.to_page)[0]
    height, width = pixels.shape[:2]
    (x0, y0), (x1, y1) = on_page.min(axis=0), on_page.max(axis=0)
    return Box.clipped(float(x0) / width, float(y0) / height, float(x1) / width, float(y1) / height)
