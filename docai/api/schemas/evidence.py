"""Where values stand and what the witness says of them, on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from docai.api.schemas.wire import WireModel
from docai.domain.evidence import (
    BoxSource,
    Difference,
    Evidence,
    Omission,
    OmissionRole,
    Verdict,
    WitnessReading,
)
from docai.domain.geometry import Box
from docai.domain.words import Witness

BoxOut = Annotated[
    tuple[float, float, float, float],
    Field(description="x0, y0, x1, y1 as fractions of the shown page, origin at the top left."),
]


def box_out(box: Box) -> BoxOut:
    """From the domain; five digits are a twentieth of a point on A4."""
    return round(box.x0, 5), round(box.y0, 5), round(box.x1, 5), round(box.y1, 5)


class DifferenceOut(WireModel):
    """A stretch in which a value and what the witness reads part."""

    said: str = Field(description="The value's characters; empty where the witness has more.")
    heard: str = Field(description="The witness's characters; empty where the value has more.")
    said_at: int = Field(description="Where they begin in the value, in characters from 0.")

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """From the domain."""
        return cls(**difference.model_dump())


class WitnessReadingOut(WireModel):
    """What the page's other witness says of a value."""

    witness: Witness
    verdict: Verdict = Field(description="As if this witness were the only one.")
    text: str
    word_ids: list[int] = Field(description="Indices into the page's `second_word_list`.")
    box: BoxOut | None
    confidence: float

    @classmethod
    def of(cls, reading: WitnessReading | None) -> Self | None:
        """From the domain."""
        if reading is None:
            return None
        return cls(
            witness=reading.witness,
            verdict=reading.verdict,
            text=reading.text,
            word_ids=list(reading.word_ids),
            box=None if reading.box is None else box_out(reading.box),
            confidence=round(reading.confidence, 4),
        )


class EvidenceOut(WireModel):
    """Where a value stands, how it was read, and what the independent witness says of it."""

    reader: str = Field(description="What read the value: an engine, or `person: ` and who corrected it.")
    witness: Witness | None
    verdict: Verdict
    page: int
    box: BoxOut | None
    box_source: BoxSource | None = Field(
        description="`witness`: around the witness's words. `reader`: the reader's own, which nothing confirms."
    )
    word_ids: list[int]
    witness_text: str | None = Field(description="What the witness reads, where it differs from the value.")
    differences: list[DifferenceOut] = Field(description="Where value and witness part, in order.")
    similarity: float | None = Field(description="0 to 1, of value and witness text; null without a witness.")
    witness_confidence: float | None = Field(description="0 to 1: the least sure of the witness's words.")
    reader_confidence: float | None = Field(description="0 to 1: the reader's own, where it has one.")
    confidence: float = Field(description="0 to 1: the probability that the value is right, where it is calibrated.")
    calibration: str | None = Field(description="Version of the calibration of `confidence`; null: not calibrated.")
    second: WitnessReadingOut | None = Field(description="What the page's other witness says, where it has one.")
    read_text: str | None = Field(
        description="What the reader said, where the text layer's characters took its place; null: as it was read."
    )

    @classmethod
    def of(cls, evidence: Evidence | None) -> Self | None:
        """From the domain."""
        if evidence is None:
            return None
        return cls(
            reader=evidence.reader,
            witness=evidence.witness,
            verdict=evidence.verdict,
            page=evidence.page_number,
            box=None if evidence.box is None else box_out(evidence.box),
            box_source=evidence.box_source,
            word_ids=list(evidence.word_ids),
            witness_text=evidence.witness_text,
            differences=[DifferenceOut.of(difference) for difference in evidence.differences],
            similarity=_rounded(evidence.similarity),
            witness_confidence=_rounded(evidence.witness_confidence),
            reader_confidence=_rounded(evidence.reader_confidence),
            confidence=round(evidence.confidence, 4),
            calibration=evidence.calibration,
            second=WitnessReadingOut.of(evidence.second),
            read_text=evidence.read_text,
        )


class OmissionOut(WireModel):
    """Words that stand together on the page and that no value covers."""

    role: OmissionRole
    box: BoxOut
    word_ids: list[int]
    text: str

    @classmethod
    def of(cls, omission: Omission) -> Self:
        """From the domain."""
        return cls(role=omission.role, box=box_out(omission.box), word_ids=list(omission.word_ids), text=omission.text)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
