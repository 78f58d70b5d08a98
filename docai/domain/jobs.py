"""Job and its states."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import Fault
from docai.domain.ids import BatchId, DocumentId, JobId, TenantId
from docai.domain.work import Stage


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partially_succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """Stopped on request; pages that were read by then are kept."""

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


class Priority(IntEnum):
    """What is claimed first; smaller is sooner."""

    HIGH = 1
    NORMAL = 5
    LOW = 9


class StageCount(BaseModel):
    """How much of a job's work stands before one stage."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    n_waiting: int
    n_running: int


class Job(BaseModel):
    """The work on one document; progress counts pages."""

    model_config = ConfigDict(frozen=True)

    id: JobId
    tenant_id: TenantId
    document_id: DocumentId
    state: JobState
    priority: Priority = Priority.NORMAL
    epoch: int = 1
    """The document's epoch that this job works in."""
    batch_id: BatchId | None = None
    traceparent: str | None = None
    """Of the request that it comes from, where requests are traced."""
    pages_total: int | None = None
    pages_done: int = 0
    pages_failed: int = 0
    fault: Fault | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stages: tuple[StageCount, ...] = ()
    """The stages that its work stands before; never stored, and empty unless it was asked for."""
    seconds_left: float | None = None
    """Estimated; never stored, and None where its pace is not known."""

    @property
    def place(self) -> JobPlace:
        """Where it stands in the list of all jobs."""
        return self.created_at, self.id


JobPlace = tuple[datetime, JobId]
"""Where a job stands in the list of all: its time and id."""
