"""Extractions on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, JsonValue

from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.model_use import ModelUseOut
from docai.api.schemas.wire import WireModel
from docai.domain.extractions import Extraction, FieldValue
from docai.domain.ids import DocumentId
from docai.query.extraction.extracting import MAX_DOCUMENTS, Order


class ExtractionIn(WireModel):
    """What is to be extracted, and from where."""

    document_ids: list[UUID] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    schema_: dict[str, JsonValue] = Field(
        alias="schema",
        description="JSON Schema (2020-12) of an object or an array; `$ref` within it only, without recursion. "
        "Descriptions say what is meant: what stands there in brackets or quotation marks is taken for a label.",
        examples=[{"type": "object", "properties": {"invoiceNumber": {"type": "string"}, "total": {"type": "number"}}}],
    )
    instructions: str | None = Field(
        default=None, description="What a vision-language model is told besides, where one is configured."
    )

    def to_order(self) -> Order:
        """For the domain."""
        ids = tuple(DocumentId(i) for i in self.document_ids)
        return Order(document_ids=ids, schema=self.schema_, instructions=self.instructions)


class FieldOut(WireModel):
    """One value, where it stands, and why it may be believed."""

    path: str = Field(description="JSON pointer (RFC 6901) into `data`.")
    value: str | float | int | bool | None = Field(description="Null: the documents do not say.")
    text: str | None = Field(description="As it stands on the page.")
    document_id: UUID | None
    page: int | None
    box: BoxOut | None
    confidence: float
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, field: FieldValue) -> Self:
        """From the domain."""
        return cls(
            path=field.path,
            value=field.value,
            text=field.text,
            document_id=field.document_id,
            page=field.page_number,
            box=None if field.box is None else box_out(field.box),
            confidence=round(field.confidence, 4),
            evidence=EvidenceOut.of(field.evidence),
        )


class ExtractionOut(WireModel):
    """The fields that a schema asked for."""

    id: UUID
    document_ids: list[UUID]
    data: Any = Field(description="The values alone, in the schema's shape.")
    fields: list[FieldOut]
    is_valid: bool = Field(description="Whether `data` satisfies the schema; its patterns are not checked.")
    problems: list[str] = Field(description="Why it does not, and what was left out or only a model says.")
    engine: str
    model: ModelUseOut | None = Field(description="Null where no vision-language model was asked.")
    created_at: datetime

    @classmethod
    def of(cls, extraction: Extraction) -> Self:
        """From the domain."""
        return cls(
            id=extraction.id,
            document_ids=list(extraction.document_ids),
            data=extraction.data,
            fields=[FieldOut.of(field) for field in extraction.fields],
            is_valid=extraction.is_valid,
            problems=list(extraction.problems),
            engine=extraction.engine,
            model=ModelUseOut.of(extraction.model),
            created_at=extraction.created_at,
        )
