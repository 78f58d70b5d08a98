"""Where values stand and what the witness says of them, on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from docai.api.schemas.wire import WireModel
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.words import Witness

BoxOut = Annotated[
    tuple[float, float, float, float],
    Field(description="x0, y0, x1, y1 as fractions of the shown page, origin at the top left."),
]


def box_out(box: Box) -> BoxOut:
    """From the domain; five digits are a twentieth of a point on A4."""
    return round(box.x0, 5), round(box.y0, 5), round(box.x1, 5), round(box.y1, 5)


class EvidenceOut(WireModel):
    """Where a value stands, how it was read, and what the independent witness says of it."""

    reader: str
    witness: Witness | None
    verdict: Verdict
    page: int
    box: BoxOut | None
    word_ids: list[int]
    witness_text: str | None
    confidence: float

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
            word_ids=list(evidence.word_ids),
            witness_text=evidence.witness_text,
            confidence=round(evidence.confidence, 4),
        )
