"""What a person should look at, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.checks import PlaceOut
from docai.api.schemas.evidence import BoxOut, DifferenceOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.checks import CheckName
from docai.domain.flags import FlagKind, Severity
from docai.domain.kept_flags import KeptFlag


class FlagOut(WireModel):
    """One thing to look at."""

    document_id: UUID
    page: int
    number: int = Field(description="Counts from 1 within the page, worst first.")
    kind: FlagKind
    severity: Severity
    message: str = Field(description="For a person.")
    place: PlaceOut | None = Field(description="Null: it is of the page, or of words that no value covers.")
    box: BoxOut | None
    said: str | None = Field(description="The value.")
    heard: str | None = Field(description="What the witness reads; null where it is silent.")
    differences: list[DifferenceOut]
    check: CheckName | None = Field(description="Which check failed.")
    confidence: float | None = Field(description="The value's.")
    created_at: datetime = Field(description="When the page got the result that it is of.")
    crop_url: str | None = Field(description="The place as a picture.")

    @classmethod
    def of(cls, flag: KeptFlag) -> Self:
        """From the domain."""
        box = None if flag.box is None else box_out(flag.box)
        image_url = f"/v1/documents/{flag.document_id}/pages/{flag.page_number}/image"
        return cls(
            document_id=flag.document_id,
            page=flag.page_number,
            number=flag.number,
            kind=flag.kind,
            severity=flag.severity,
            message=flag.message,
            place=PlaceOut.of(flag.place),
            box=box,
            said=flag.said,
            heard=flag.heard,
            differences=[DifferenceOut.of(difference) for difference in flag.differences],
            check=flag.check,
            confidence=None if flag.confidence is None else round(flag.confidence, 4),
            created_at=flag.created_at,
            crop_url=None if box is None else f"{image_url}?crop={','.join(str(edge) for edge in box)}",
        )


class FlagListOut(WireModel):
    """Flags in order."""

    data: list[FlagOut]
    has_more: bool
    next_cursor: str | None = Field(description="Give it as `cursor` to read on.")
