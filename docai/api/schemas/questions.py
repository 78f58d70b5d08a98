"""What is asked, on the wire: searches and questions, and where to look."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from pydantic.config import JsonDict

from docai.api.schemas.wire import WireModel
from docai.domain.answers import Question, SearchMode
from docai.domain.documents import DocumentFilter, MediaType
from docai.domain.ids import DocumentId
from docai.pipeline.metadata import MAX_KEY_CHARACTERS, MAX_KEYS, MAX_VALUE_CHARACTERS

SOMETHING: JsonDict = {"minLength": 1, "pattern": r"\S"}
"""What the system refuses otherwise, with a code of its own; told here for those who read the schema."""

DocumentIds = Annotated[list[UUID], Field(default_factory=list, description="Empty: all documents.", max_length=1000)]
MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY_CHARACTERS)]
MetadataValue = Annotated[str, StringConstraints(max_length=MAX_VALUE_CHARACTERS)]


class DocumentFilterIn(WireModel):
    """Which documents to look in: those that meet every condition given, among `document_ids` where these are given."""

    metadata: dict[MetadataKey, MetadataValue] = Field(
        default={}, max_length=MAX_KEYS, description="Keys with exactly these values.", examples=[{"customer": "1142"}]
    )
    media_types: list[MediaType] = Field(default=[], description="Any of these; empty: all.", max_length=len(MediaType))
    created_after: AwareDatetime | None = Field(default=None, description="Taken in then or later.")
    created_before: AwareDatetime | None = Field(default=None, description="Taken in before then.")
    name_contains: str | None = Field(
        default=None, min_length=1, max_length=200, description="Part of the name, in whatever case."
    )

    def to_filter(self) -> DocumentFilter:
        """For the domain."""
        return DocumentFilter(
            metadata=self.metadata,
            media_types=tuple(self.media_types),
            created_after=self.created_after,
            created_before=self.created_before,
            name_contains=self.name_contains,
        )


class SearchIn(WireModel):
    """What to look for, and where."""

    query: str = Field(examples=["revenue by region"], json_schema_extra=SOMETHING)
    document_ids: DocumentIds
    filter: DocumentFilterIn = DocumentFilterIn()
    top_k: int = Field(default=10, ge=1, le=100)
    mode: SearchMode = SearchMode.HYBRID
    explain: bool = Field(default=False, description="Whether the first 20 hits say what made their scores.")

    def to_question(self) -> Question:
        """For the domain."""
        return Question(
            text=self.query,
            document_ids=tuple(DocumentId(i) for i in self.document_ids),
            filter=self.filter.to_filter(),
            top_k=self.top_k,
            mode=self.mode,
            explain=self.explain,
        )


class AnswerIn(WireModel):
    """What is asked, and where to look."""

    question: str = Field(examples=["What is the invoice total?"], json_schema_extra=SOMETHING)
    document_ids: DocumentIds
    filter: DocumentFilterIn = DocumentFilterIn()

    def to_question(self) -> Question:
        """For the domain."""
        ids = tuple(DocumentId(i) for i in self.document_ids)
        return Question(text=self.question, document_ids=ids, filter=self.filter.to_filter())
