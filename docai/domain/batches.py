"""Batch: documents sent together, each accepted or refused on its own."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import Fault
from docai.domain.ids import BatchId, DocumentId, JobId, TenantId
from docai.domain.jobs import JobState


class BatchEntry(BaseModel):
    """One file of a batch."""

    model_config = ConfigDict(frozen=True)

    position: int
    """0-based, in the order sent."""
    name: str
    document_id: DocumentId | None = None
    job_id: JobId | None = None
    job_state: JobState | None = None
    fault: Fault | None = None
    """Why it was refused; None for a file that was accepted."""
    is_new: bool = True
    """False: the tenant had these bytes already."""


class Batch(BaseModel):
    """Documents sent together."""

    model_config = ConfigDict(frozen=True)

    id: BatchId
    tenant_id: TenantId
    name: str | None
    n_entries: int
    n_refused: int
    n_by_state: dict[JobState, int]
    """Accepted files by their job's state."""
    created_at: datetime

    @property
    def is_final(self) -> bool:
        """Whether every accepted file's job has ended."""
        return all(state.is_final for state, n in self.n_by_state.items() if n)
