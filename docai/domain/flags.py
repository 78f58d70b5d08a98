"""Flag: something that a person should look at, how bad it is, and where it stands."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.checks import CellPlace, CheckName
from docai.domain.evidence import Difference
from docai.domain.geometry import Box


class Severity(StrEnum):
    """How bad it is, worst first."""

    HIGH = "high"
    """A value is probably wrong, or content is missing."""
    MEDIUM = "medium"
    """A value may be wrong: nothing confirms it."""
    LOW = "low"
    """Worth knowing: page furniture left out, print that the witness itself can hardly read."""


class FlagKind(StrEnum):
    """What is the matter."""

    CONFLICT = "conflict"
    PARTIAL = "partial"
    MODEL_ONLY = "model_only"
    ILLEGIBLE = "illegible"
    CORRECTED = "corrected"
    """The value was replaced by the text layer's; what the reader said is kept."""
    OMISSION = "omission"
    CHECK_FAILED = "check_failed"


class ValuePlace(BaseModel):
    """Which value of a page: a block, or a cell or chart value in it."""

    model_config = ConfigDict(frozen=True)

    block: int
    """Index into the page's blocks."""
    cell: CellPlace | None = None
    point: tuple[int, int] | None = None
    """Index of the series and of the point in it."""


class Flag(BaseModel):
    """One thing to look at."""

    model_config = ConfigDict(frozen=True)

    kind: FlagKind
    severity: Severity
    page_number: int
    """1-based."""
    message: str
    """For a person."""
    place: ValuePlace | None = None
    """None: it is of the page, or of words that no value covers."""
    box: Box | None = None
    said: str | None = None
    """The value; None where there is none."""
    heard: str | None = None
    """What the witness reads; None where it is silent."""
    differences: tuple[Difference, ...] = ()
    check: CheckName | None = None
    confidence: float | None = None
    """The value's."""
