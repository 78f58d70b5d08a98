"""WorkerReport, QueueDepth and DeadItem: what operators see of the work."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import Fault
from docai.domain.ids import DocumentId, JobId, TenantId, WorkerId
from docai.domain.work import Capability, Stage


class WorkerState(StrEnum):
    """Where a worker stands."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class WorkerReport(BaseModel):
    """What a worker says of itself."""

    model_config = ConfigDict(frozen=True)

    id: WorkerId
    name: str
    """Host and process id."""
    capabilities: tuple[Capability, ...]
    state: WorkerState
    started_at: datetime
    n_leased: int
    n_done: int
    """Items ended since the start."""
    idle_s: float
    """Since it last made progress, seconds."""


class WorkerStatus(WorkerReport):
    """A worker's last report."""

    seen_s_ago: float


class QueueDepth(BaseModel):
    """How much work waits for a capability."""

    model_config = ConfigDict(frozen=True)

    capability: Capability
    n_pending: int
    n_delayed: int
    """Of the pending, those that wait for another try."""
    n_leased: int
    n_dead: int
    oldest_due_s: float
    """For how long the oldest item that could be claimed has waited, seconds; 0 if there is none."""


class DeadItem(BaseModel):
    """Work that was given up."""

    model_config = ConfigDict(frozen=True)

    id: int
    tenant_id: TenantId
    document_id: DocumentId
    job_id: JobId
    stage: Stage
    page_number: int
    errors: int
    crashes: int
    fault: Fault | None
    finished_at: datetime
