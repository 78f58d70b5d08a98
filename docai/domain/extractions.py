"""Extraction: fields that a JSON Schema asks for, each with where it stands and why it may be believed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.domain.answers import ModelUse
from docai.domain.evidence import Evidence
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, ExtractionId


class FieldValue(BaseModel):
    """One leaf of the data."""

    model_config = ConfigDict(frozen=True)

    path: str
    """Where it stands in the data: a JSON pointer (RFC 6901), such as `/lines/0/amount`."""
    value: str | float | int | bool | None
    """As the schema wants it; None: the documents do not say."""
    text: str | None = None
    """As it stands on the page."""
    document_id: DocumentId | None = None
    page_number: int | None = None
    """1-based."""
    box: Box | None = None
    confidence: float = 0.0
    """0 to 1."""
    evidence: Evidence | None = None
    """None where there is no value."""


class Extraction(BaseModel):
    """What was asked for and found."""

    model_config = ConfigDict(frozen=True)

    id: ExtractionId
    document_ids: tuple[DocumentId, ...]
    json_schema: dict[str, Any]
    data: Any
    """The values alone, in the schema's shape."""
    fields: tuple[FieldValue, ...]
    is_valid: bool
    """Whether the data satisfies the schema."""
    problems: tuple[str, ...] = ()
    """Why it does not, or what was left out."""
    engine: str
    model: ModelUse | None = None
    """None where no vision-language model was asked."""
    created_at: datetime
