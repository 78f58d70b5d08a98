"""Documents on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.jobs import JobOut, PriorityName
from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.documents import Document, DocumentStatus, MediaType, SecurityFindings
from docai.system import Submission


class SecurityOut(WireModel):
    """Active or hidden content seen in a PDF. It is counted, never run."""

    is_encrypted: bool
    has_javascript: bool
    has_launch_action: bool
    n_embedded_files: int
    has_xfa: bool

    @classmethod
    def of(cls, findings: SecurityFindings) -> Self:
        """From the domain."""
        return cls(**findings.model_dump())


class DocumentOut(WireModel):
    """A document."""

    id: UUID
    name: str = Field(description="The name it was uploaded under.")
    sha256: str
    media_type: MediaType
    n_bytes: int
    status: DocumentStatus = Field(
        description="`ready`: every page is accounted for as read or blank. `partly_ready`: some pages failed or were "
        "read below what is promised; the pages say which and why."
    )
    n_pages: int | None = Field(description="Null until the document was opened.")
    title: str | None
    security: SecurityOut
    fault: FaultOut | None
    metadata: dict[str, str] = Field(description="What was said of it when it was uploaded.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, document: Document) -> Self:
        """From the domain."""
        return cls(
            id=document.id,
            name=document.name,
            sha256=document.sha256,
            media_type=document.media_type,
            n_bytes=document.n_bytes,
            status=document.status,
            n_pages=document.n_pages,
            title=document.title,
            security=SecurityOut.of(document.security),
            fault=FaultOut.of(document.fault),
            metadata=dict(document.metadata),
            created_at=document.created_at,
            updated_at=document.updated_at,
        )


class UploadOptions(WireModel):
    """What may be said of an upload, in the query."""

    name: str | None = Field(default=None, max_length=1000, description="Overrides the file's name.")
    priority: PriorityName = Field(default="normal", description="What is read first.")


class SubmissionOut(WireModel):
    """What became of an upload."""

    document: DocumentOut
    job: JobOut
    deduplicated: bool = Field(description="These bytes were here already; nothing was done twice.")

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """From the domain."""
        return cls(
            document=DocumentOut.of(submission.document),
            job=JobOut.of(submission.job),
            deduplicated=not submission.is_new,
        )


class DocumentListOut(WireModel):
    """Documents, newest first."""

    data: list[DocumentOut]
    has_more: bool
    next_cursor: str | None = Field(description="Give it as `cursor` to read on.")
