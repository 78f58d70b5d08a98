"""Event: what happened to a job or document, written in the transaction in which it happened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from docai.domain.ids import DocumentId, JobId, TenantId


class EventKind(StrEnum):
    """What happened; stable, clients branch on it."""

    JOB_QUEUED = "job.queued"
    JOB_STARTED = "job.started"
    PAGE_FINISHED = "page.finished"
    JOB_FINISHED = "job.finished"
    """Exactly once per job, whatever its end."""
    DOCUMENT_DELETED = "document.deleted"
    PING = "ping"
    """Sent on request, to try a webhook."""

    @property
    def goes_to_webhooks(self) -> bool:
        """Whether it is delivered; a page's end is for those who watch the job."""
        return self is not EventKind.PAGE_FINISHED


class NewEvent(BaseModel):
    """An event to be written."""

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    document_id: DocumentId | None = None
    job_id: JobId | None = None
    data: dict[str, JsonValue] = {}
    """Thin: ids, states and counts, never document text."""


class Event(NewEvent):
    """An event as written."""

    id: int
    """Grows within a job in the order in which things happened."""
    tenant_id: TenantId
    created_at: datetime
