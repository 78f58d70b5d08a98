"""Batches, always within one tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update
from sqlalchemy.orm import Session

from docai.domain.batches import Batch, BatchEntry
from docai.domain.documents import Fault
from docai.domain.ids import BatchId, DocumentId, JobId, TenantId
from docai.domain.jobs import JobState
from docai.errors import BatchNotFound
from docai.stores.postgres.tables import JobRow
from docai.stores.postgres.work_tables import BatchEntryRow, BatchRow

UNFINISHED = tuple(state for state in JobState if not state.is_final)
_AT_ONCE = 1000
"""Rows of one statement."""


class PostgresBatches:
    """`BatchRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, batch: Batch, entries: Sequence[BatchEntry]) -> None:
        """Keep a new batch with all that was sent.

        Raises:
            ValueError: the batch is of another tenant.
        """
        if batch.tenant_id != self._tenant_id:
            raise ValueError("a batch of another tenant")
        named = batch.model_dump(include={"tenant_id", "id", "name", "created_at"})
        self._session.execute(insert(BatchRow).values(named))
        for start in range(0, len(entries), _AT_ONCE):
            part = entries[start : start + _AT_ONCE]
            self._session.execute(insert(BatchEntryRow), [self._columns(batch.id, entry) for entry in part])
            new = [entry.job_id for entry in part if entry.is_new and entry.job_id is not None]
            own = update(JobRow).where(JobRow.tenant_id == self._tenant_id, JobRow.id.in_(new))
            self._session.execute(own.values(batch_id=batch.id))

    def get(self, batch_id: BatchId) -> Batch:
        """A batch, its accepted files counted by their jobs' states as of now."""
        row = self._session.get(BatchRow, (self._tenant_id, batch_id))
        if row is None:
            raise BatchNotFound(f"There is no batch {batch_id}.")
        refused = BatchEntryRow.fault_code.is_not(None)
        counted = select(refused, JobRow.state, func.count()).select_from(BatchEntryRow).outerjoin(JobRow, _ITS_JOB)
        found = self._session.execute(counted.where(*self._of(batch_id)).group_by(refused, JobRow.state)).all()
        return Batch(
            id=batch_id,
            tenant_id=self._tenant_id,
            name=row.name,
            n_entries=sum(n for _, _, n in found),
            n_refused=sum(n for is_refused, _, n in found if is_refused),
            n_by_state={JobState(state): n for is_refused, state, n in found if not is_refused and state},
            created_at=row.created_at,
        )

    def entries(
        self, batch_id: BatchId, *, limit: int, after: int = -1, is_refused: bool | None = None
    ) -> Sequence[BatchEntry]:
        """Its files in the order sent, from behind position `after`."""
        found = select(BatchEntryRow, JobRow.state).outerjoin(JobRow, _ITS_JOB).where(*self._of(batch_id))
        if is_refused is not None:
            found = found.where(BatchEntryRow.fault_code.is_not(None) == is_refused)
        found = found.where(BatchEntryRow.position > after).order_by(BatchEntryRow.position).limit(limit)
        return [_entry_of(row) for row in self._session.execute(found)]

    def unfinished(self, batch_id: BatchId) -> Sequence[JobId]:
        """Its own jobs that have not ended."""
        own = (JobRow.tenant_id == self._tenant_id, JobRow.batch_id == batch_id, JobRow.state.in_(UNFINISHED))
        return [JobId(job_id) for job_id in self._session.scalars(select(JobRow.id).where(*own).order_by(JobRow.id))]

    def _of(self, batch_id: BatchId) -> tuple[Any, ...]:
        return (BatchEntryRow.tenant_id == self._tenant_id, BatchEntryRow.batch_id == batch_id)

    def _columns(self, batch_id: BatchId, entry: BatchEntry) -> dict[str, object]:
        return {
            "tenant_id": self._tenant_id,
            "batch_id": batch_id,
            **entry.model_dump(include={"position", "name", "document_id", "job_id", "is_new"}),
            "fault_code": entry.fault and entry.fault.code,
            "fault_message": entry.fault and entry.fault.message,
        }


_ITS_JOB = and_(JobRow.tenant_id == BatchEntryRow.tenant_id, JobRow.id == BatchEntryRow.job_id)


def _entry_of(found: Row[BatchEntryRow, str]) -> BatchEntry:
    row, state = found
    fault = None if row.fault_code is None else Fault(code=row.fault_code, message=row.fault_message or "")
    return BatchEntry(
        position=row.position,
        name=row.name,
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        job_id=None if row.job_id is None else JobId(row.job_id),
        job_state=None if state is None else JobState(state),
        fault=fault,
        is_new=row.is_new,
    )
