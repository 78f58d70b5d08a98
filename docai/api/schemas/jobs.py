"""Jobs, their events and batches on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, JsonValue

from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.batches import Batch, BatchEntry
from docai.domain.events import Event, EventKind
from docai.domain.jobs import Job, JobState, Priority
from docai.domain.work import Stage

PriorityName = Literal["high", "normal", "low"]
"""A priority on the wire."""


def priority_of(name: PriorityName) -> Priority:
    """A priority by its name."""
    return Priority[name.upper()]


class ProgressOut(WireModel):
    """How far a job is, in pages."""

    pages_total: int | None = Field(description="Null until the document was opened.")
    pages_done: int
    pages_failed: int


class StageOut(WireModel):
    """How much of a job's work stands before one stage: pages, or the document as a whole before `open`."""

    stage: Stage
    n_waiting: int
    n_running: int


class JobOut(WireModel):
    """The work on one document."""

    id: UUID
    document_id: UUID
    batch_id: UUID | None = Field(description="The batch it was made by.")
    state: JobState
    priority: PriorityName
    progress: ProgressOut
    stages: list[StageOut] = Field(
        description="What its unfinished work stands before; empty when it has ended, and in the answer to an upload."
    )
    seconds_left: float | None = Field(description="Estimated from its own pace; null where that is not known.")
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
            batch_id=job.batch_id,
            state=job.state,
            priority=job.priority.name.lower(),
            progress=ProgressOut(pages_total=job.pages_total, pages_done=job.pages_done, pages_failed=job.pages_failed),
            stages=[StageOut(**count.model_dump()) for count in job.stages],
            seconds_left=job.seconds_left,
            fault=FaultOut.of(job.fault),
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


class JobListOut(WireModel):
    """Jobs, newest first."""

    data: list[JobOut]
    has_more: bool
    next_cursor: str | None = Field(description="Give it as `cursor` to read on.")


class RetryIn(WireModel):
    """How a job is to be retried, or a document read again."""

    password: str | None = Field(
        default=None, max_length=1000, description="Opens an encrypted PDF; the one given before was forgotten."
    )
    priority: PriorityName | None = Field(
        default=None, description="Of the new job; by default that of the one that is retried, else `normal`."
    )


class RereadIn(RetryIn):
    """Which pages are to be read again, and how."""

    pages: list[Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        default=[], max_length=10_000, description="Their numbers; empty: all."
    )


class EventOut(WireModel):
    """What happened to a job: the `data` of one server-sent event."""

    id: int
    kind: EventKind
    job_id: UUID | None
    document_id: UUID | None
    data: dict[str, JsonValue] = Field(description="Counts, states and page numbers, never document text.")
    created_at: datetime

    @classmethod
    def of(cls, event: Event) -> Self:
        """From the domain."""
        return cls(**event.model_dump(exclude={"tenant_id"}))


class BatchEntryOut(WireModel):
    """One file of a batch."""

    position: int = Field(description="Counts from 0 in the order sent.")
    name: str
    document_id: UUID | None
    job_id: UUID | None
    job_state: JobState | None = Field(description="Null for a file that was refused or deleted since.")
    deduplicated: bool = Field(description="These bytes were here already; nothing was done twice.")
    fault: FaultOut | None = Field(description="Why it was refused; null for a file that was accepted.")

    @classmethod
    def of(cls, entry: BatchEntry) -> Self:
        """From the domain."""
        return cls(
            **entry.model_dump(include={"position", "name", "document_id", "job_id", "job_state"}),
            deduplicated=not entry.is_new,
            fault=FaultOut.of(entry.fault),
        )


class BatchOut(WireModel):
    """Documents sent together, each accepted or refused on its own; `data` has its files in the order sent."""

    id: UUID
    name: str | None
    is_final: bool = Field(description="Whether every accepted file's job has ended.")
    n_entries: int
    n_refused: int
    n_by_state: dict[JobState, int] = Field(description="Accepted files by their job's state; states of none left out.")
    created_at: datetime
    data: list[BatchEntryOut]
    has_more: bool
    next_cursor: str | None = Field(description="Give it as `cursor` to read on.")

    @classmethod
    def of(cls, batch: Batch, entries: Sequence[BatchEntry], next_cursor: str | None) -> Self:
        """From the domain."""
        return cls(
            **batch.model_dump(exclude={"tenant_id"}),
            is_final=batch.is_final,
            data=[BatchEntryOut.of(entry) for entry in entries],
            has_more=next_cursor is not None,
            next_cursor=next_cursor,
        )
