"""Documents and jobs on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from docai.domain.documents import Document, DocumentStatus, Fault, MediaType, SecurityFindings
from docai.domain.jobs import Job, JobState
from docai.system import Submission


class WireModel(BaseModel):
    """The root of all wire schemas: unknown fields are refused, none is left out of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultOut(WireModel):
    """Why something failed or fell short."""

    code: str = Field(description="Stable; clients may branch on it.", examples=["document_encrypted"])
    message: str

    @classmethod
    def of(cls, fault: Fault | None) -> Self | None:
        """From the domain."""
        return None if fault is None else cls(code=fault.code, message=fault.message)


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
            created_at=document.created_at,
            updated_at=document.updated_at,
        )


class ProgressOut(WireModel):
    """How far a job is, in pages."""

    pages_total: int | None
    pages_done: int
    pages_failed: int


class JobOut(WireModel):
    """The work on one document."""

    id: UUID
    document_id: UUID
    state: JobState
    progress: ProgressOut
    fault: FaultOut | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """From the domain."""
        return cls(
            id=job.id,
            document_id=job.document_id,
            state=job.state,
            progress=ProgressOut(pages_total=job.pages_total, pages_done=job.pages_done, pages_failed=job.pages_failed),
            fault=FaultOut.of(job.fault),
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


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
