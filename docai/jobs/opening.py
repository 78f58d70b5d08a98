"""How a job begins: for a new document, or for one of which something failed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from docai.domain.documents import Document, DocumentStatus, PageState
from docai.domain.events import EventKind, NewEvent
from docai.domain.ids import DocumentId, new_job_id
from docai.domain.jobs import Job, JobState, Priority
from docai.domain.work import NewItem, Stage
from docai.pipeline.record import MODEL_FAILED_CODE, NOT_SEARCHABLE_CODE
from docai.protocols import Sealer, UnitOfWork
from docai.telemetry import log
from docai.tracing import TRACING

CANCELLED_CODE = "job_cancelled"
"""Of pages that a cancelled job left unread, or read and not findable: a retry takes them up."""


def new_job(document: Document, now: datetime, priority: Priority) -> Job:
    """A job of a document, in the document's epoch."""
    return Job(
        id=new_job_id(),
        tenant_id=document.tenant_id,
        document_id=document.id,
        state=JobState.QUEUED,
        priority=priority,
        epoch=document.epoch,
        traceparent=TRACING.traceparent,
        created_at=now,
    )


def enter(unit: UnitOfWork, job: Job, password: str | None, sealer: Sealer) -> None:
    """Enter a job's first work; from the commit on it is done, whoever is lost."""
    unit.work.add(job, [NewItem(Stage.OPEN, bucket=str(job.document_id))])
    if password is not None:
        unit.jobs.keep_password(job.id, sealer.seal(password.encode("utf-8")))
    unit.events.add(NewEvent(kind=EventKind.JOB_QUEUED, document_id=job.document_id, job_id=job.id))
    # With the request's id, which is bound: what workers log of the job can be traced back to it.
    log("job entered", job=str(job.id), document=str(job.document_id))


def reopened(
    unit: UnitOfWork, document_id: DocumentId, now: datetime, priority: Priority
) -> tuple[Job, Document] | None:
    """A further job for a document, in a new epoch, its failed pages queued again; None where nothing had failed.

    Pages that cannot be found have failed too, even those that were read: a cancelled job left them behind, or the
    index did not take them.

    Holds the document until the transaction ends, so that one job at a time is made.
    """
    unit.work.hold(document_id)
    document = unit.documents.get(document_id)
    if document.status not in {DocumentStatus.PARTLY_READY, DocumentStatus.FAILED}:
        return None
    states = unit.documents.page_states(document_id)
    failed = {number for number, state in enumerate(states, start=1) if state is PageState.FAILED}
    for code in (CANCELLED_CODE, NOT_SEARCHABLE_CODE, MODEL_FAILED_CODE):
        failed |= set(unit.documents.pages_at_fault(document_id, code))
    if not failed and document.status is not DocumentStatus.FAILED:
        return None
    return begun_again(unit, document, failed, now, priority)


def begun_again(
    unit: UnitOfWork, document: Document, numbers: Collection[int], now: datetime, priority: Priority
) -> tuple[Job, Document]:
    """A further job for a document that is held, in a new epoch, these pages queued again."""
    epoch = unit.work.new_epoch(document.id)
    unit.work.settle_dead(document.id)
    unit.documents.mark_pages(document.id, numbers, PageState.QUEUED)
    queued = {"status": DocumentStatus.QUEUED, "fault": None, "updated_at": now, "epoch": epoch}
    fresh = document.model_copy(update=queued)
    unit.documents.save(fresh)
    job = new_job(fresh, now, priority)
    unit.jobs.add(job)
    return job, fresh
