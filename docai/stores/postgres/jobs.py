"""Jobs, always within one tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.orm import Session

from docai.domain.documents import Fault
from docai.domain.ids import BatchId, DocumentId, JobId, TenantId
from docai.domain.jobs import Job, JobPlace, JobState, Priority
from docai.errors import JobNotFound
from docai.stores.postgres.locks import hold_document
from docai.stores.postgres.tables import JobRow

_IS_UNFINISHED = text("job.state IN ('queued', 'running')")
"""As the partial index has it: a bound parameter would not match."""


class PostgresJobs:
    """`JobRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def get(self, job_id: JobId) -> Job:
        """One job."""
        row = self._session.get(JobRow, (self._tenant_id, job_id), populate_existing=True)
        if row is None:
            raise JobNotFound(f"There is no job {job_id}.")
        return _job_of(row)

    def add(self, job: Job) -> None:
        """Store a further job of a document.

        Raises:
            DocumentNotFound: the tenant has no such document.
            ValueError: the job is of another tenant.
        """
        if job.tenant_id != self._tenant_id:
            raise ValueError("a job of another tenant")
        hold_document(self._session, self._tenant_id, job.document_id)
        self._session.add(new_row(job))
        self._session.flush()

    def of_document(self, document_id: DocumentId) -> Job | None:
        """A document's newest job."""
        mine = (JobRow.tenant_id == self._tenant_id, JobRow.document_id == document_id)
        row = self._session.scalars(select(JobRow).where(*mine).order_by(JobRow.created_at.desc()).limit(1)).first()
        return None if row is None else _job_of(row)

    def list(self, *, limit: int, after: JobPlace | None = None, states: Collection[JobState] = ()) -> Sequence[Job]:
        """Jobs, newest first, from behind `after`."""
        age = tuple_(JobRow.created_at, JobRow.id)
        wanted = select(JobRow).where(JobRow.tenant_id == self._tenant_id)
        if states:
            wanted = wanted.where(JobRow.state.in_(states))
        if after is not None:
            wanted = wanted.where(age < after)
        newest_first = (JobRow.created_at.desc(), JobRow.id.desc())
        return [_job_of(row) for row in self._session.scalars(wanted.order_by(*newest_first).limit(limit))]

    def n_unfinished(self, at_most: int) -> int:
        """How many jobs have not ended, counted no further than `at_most`."""
        unfinished = select(JobRow.id).where(JobRow.tenant_id == self._tenant_id, _IS_UNFINISHED).limit(at_most)
        return self._session.scalars(select(func.count()).select_from(unfinished.subquery())).one()

    def keep_password(self, job_id: JobId, sealed: bytes) -> None:
        """Keep a sealed password until the job ends."""
        mine = (JobRow.tenant_id == self._tenant_id, JobRow.id == job_id)
        self._session.execute(update(JobRow).where(*mine).values(sealed_password=sealed))

    def sealed_password(self, job_id: JobId) -> bytes | None:
        """The sealed password of a job that has not ended; None if it has none."""
        mine = (JobRow.tenant_id == self._tenant_id, JobRow.id == job_id)
        return self._session.scalar(select(JobRow.sealed_password).where(*mine))

    def save(self, job: Job) -> None:
        """Store a job's changed fields."""
        mine = (JobRow.tenant_id == self._tenant_id, JobRow.id == job.id)
        changed = update(JobRow).where(*mine).values(**changing_columns(job)).returning(JobRow.id)
        if self._session.scalars(changed).first() is None:
            raise JobNotFound(f"There is no job {job.id}.")


def count_unfinished(session: Session, at_most: int) -> int:
    """How many jobs of all tenants have not ended, counted no further than `at_most`."""
    unfinished = select(JobRow.id).where(_IS_UNFINISHED).limit(at_most)
    return session.scalars(select(func.count()).select_from(unfinished.subquery())).one()


def changing_columns(job: Job) -> dict[str, Any]:
    """The columns that a job's life changes."""
    return {
        "state": job.state,
        "pages_total": job.pages_total,
        "pages_done": job.pages_done,
        "pages_failed": job.pages_failed,
        "fault_code": job.fault and job.fault.code,
        "fault_message": job.fault and job.fault.message,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        **({"sealed_password": None} if job.state.is_final else {}),
    }


def new_row(job: Job) -> JobRow:
    """A job's row."""
    named = {"tenant_id", "id", "document_id", "created_at", "priority", "epoch", "batch_id", "traceparent"}
    return JobRow(**job.model_dump(include=named), **changing_columns(job))


def _job_of(row: JobRow) -> Job:
    fault = None if row.fault_code is None else Fault(code=row.fault_code, message=row.fault_message or "")
    return Job(
        id=JobId(row.id),
        tenant_id=TenantId(row.tenant_id),
        document_id=DocumentId(row.document_id),
        state=JobState(row.state),
        priority=Priority(row.priority),
        epoch=row.epoch,
        batch_id=None if row.batch_id is None else BatchId(row.batch_id),
        traceparent=row.traceparent,
        pages_total=row.pages_total,
        pages_done=row.pages_done,
        pages_failed=row.pages_failed,
        fault=fault,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
