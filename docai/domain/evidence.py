"""Evidence: where a value stands on the page, how it was read, and which witness agrees."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box
from docai.domain.words import Witness


class Verdict(StrEnum):
    """What the independent witness says of a value."""

    EXACT = "exact"
    """The text layer has the same characters."""
    NORMALISED = "normalised"
    """The text layer agrees after Unicode, hyphenation, ligature or number-format normalisation."""
    OCR_AGREE = "ocr_agree"
    """OCR has the same characters."""
    PARTIAL = "partial"
    """The witness holds some of the value's words."""
    CONFLICT = "conflict"
    """The witness reads something near, but different."""
    MODEL_ONLY = "model_only"
    """No witness saw it."""
    ILLEGIBLE = "illegible"
    """The witness itself is unsure."""
    EMPTY = "empty"
    """There is nothing to read: an empty cell, a figure without words."""


class Evidence(BaseModel):
    """Why a value may be believed."""

    model_config = ConfigDict(frozen=True)

    reader: str
    """What read the value: an engine's name and version."""
    witness: Witness | None
    """The witness compared with; None where both are silent."""
    verdict: Verdict
    page_number: int
    """1-based."""
    box: Box | None
    """Around the witness's words, else the reader's own box."""
    word_ids: tuple[int, ...] = ()
    """Indices into the page's words."""
    witness_text: str | None = None
    """What the witness reads, where it differs from the value."""
    confidence: float = 1.0
    """0 to 1: the least sure of the witness's words."""


class Coverage(BaseModel):
    """Which of a page's words ended up in the output, and which did not."""

    model_config = ConfigDict(frozen=True)

    n_words: int
    n_covered: int
    omitted_word_ids: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """Covered words over all words; 1 for a page without words."""
        return self.n_covered / self.n_words if self.n_words else 1.0
