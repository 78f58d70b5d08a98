"""Word and PageWords: what an independent witness read on a page, and where."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box


class Witness(StrEnum):
    """Who saw the word, independently of any reader that interprets the page."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"


class Word(BaseModel):
    """A run of characters without white space. Its id is its index in its page's list."""

    model_config = ConfigDict(frozen=True)

    text: str
    box: Box
    line: int
    """Words of one printed line share this number; lines are numbered in the witness's order."""
    confidence: float = 1.0
    """0 to 1; the text layer's words are certain of their characters, so 1."""
    font_size_pt: float | None = None
    """The text layer's font size in points as shown; unknown for OCR."""


class TextLayerFlaw(StrEnum):
    """Why a text layer is not believed."""

    MISSING = "missing"
    """No text at all."""
    WRONG_ENCODING = "wrong_encoding"
    """Replacement, private-use or control characters instead of letters."""
    INVISIBLE = "invisible"
    """Text that the page does not show, such as an older OCR layer under a scan."""
    MISPLACED = "misplaced"
    """Words that do not stand where the page shows ink."""
    PARTIAL = "partial"
    """Text covers little of what the page shows, as on a scan with a typed header."""


class PageWords(BaseModel):
    """The words of one page from the witness that was believed."""

    model_config = ConfigDict(frozen=True)

    witness: Witness | None
    """None: the page shows nothing that either witness could read."""
    words: tuple[Word, ...] = ()
    text_layer_flaws: tuple[TextLayerFlaw, ...] = ()
    """Why the text layer was passed over, empty when it was believed."""
    rotation: int = 0
    """Clockwise degrees (0, 90, 180, 270) by which the image was turned to read it; boxes are on the page as shown."""
    engine: str = ""
    """Name and version of what read the words."""
