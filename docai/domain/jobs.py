"""Job and its states."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import Fault
from docai.domain.ids import BatchId, DocumentId, JobId, TenantId


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
    pages_total: int | None = None
    pages_done: int = 0
    pages_failed: int = 0
    fault: Fault | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
