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


class BoxSource(StrEnum):
    """Who says where a value stands."""

    WITNESS = "witness"
    """The box is drawn around the witness's words."""
    READER = "reader"
    """No witness saw the value: the reader's own box, which nothing confirms."""


class Difference(BaseModel):
    """A stretch in which a value and what the witness reads part."""

    model_config = ConfigDict(frozen=True)

    said: str
    """The value's characters; empty where the witness has more."""
    heard: str
    """The witness's characters; empty where the value has more."""
    said_at: int
    """Where they begin in the value, in characters."""


class WitnessReading(BaseModel):
    """What the page's second witness says of a value."""

    model_config = ConfigDict(frozen=True)

    witness: Witness
    verdict: Verdict
    """As if this witness were the only one."""
    text: str
    word_ids: tuple[int, ...]
    """Indices into the second witness's words."""
    box: Box | None
    confidence: float
    """0 to 1: the least sure of its words."""


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
    box_source: BoxSource | None = None
    """None where there is no box, and in results of releases that did not say."""
    word_ids: tuple[int, ...] = ()
    """Indices into the page's words."""
    witness_text: str | None = None
    """What the witness reads, where it differs from the value."""
    differences: tuple[Difference, ...] = ()
    """Where value and witness part, in order; empty where they agree and where nothing near was read."""
    similarity: float | None = None
    """0 to 1: normalised Indel similarity of value and witness text, both normalised; None without a witness."""
    witness_confidence: float | None = None
    """0 to 1: the least sure of the witness's words; None without a witness."""
    reader_confidence: float | None = None
    """0 to 1: the reader's own, such as a model's mean token probability; None where it has none."""
    confidence: float = 1.0
    """0 to 1: the probability that the value is right where `calibration` is set, else the least sure of the
    witness's words."""
    calibration: str | None = None
    """Version of the calibration that `confidence` comes from; None: it is not calibrated."""
    second: WitnessReading | None = None
    """What the page's other witness says, where it has one."""
    read_text: str | None = None
    """What the reader said, where the value was corrected after the text layer; None: it stands as it was read."""

    @property
    def least_sure(self) -> float:
        """0 to 1: the least sure of the witness's words; releases that did not tell it apart had it as `confidence`."""
        return self.confidence if self.witness_confidence is None else self.witness_confidence


class OmissionRole(StrEnum):
    """What words that nothing covers are."""

    CONTENT = "content"
    HEADER = "header"
    FOOTER = "footer"
    WATERMARK = "watermark"


class Omission(BaseModel):
    """Words that stand together on the page and that no value covers."""

    model_config = ConfigDict(frozen=True)

    role: OmissionRole
    box: Box
    word_ids: tuple[int, ...]
    """In reading order."""
    text: str


class Coverage(BaseModel):
    """Which of a page's words ended up in the output, and which did not."""

    model_config = ConfigDict(frozen=True)

    n_words: int
    n_covered: int
    omitted_word_ids: tuple[int, ...] = ()
    omissions: tuple[Omission, ...] = ()
    """The omitted words, grouped into regions."""

    @property
    def share(self) -> float:
        """Covered words over all words; 1 for a page without words."""
        return self.n_covered / self.n_words if self.n_words else 1.0
