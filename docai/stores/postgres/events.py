"""Events of one tenant: the outbox, written with what it tells of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from docai.domain.events import Event, EventKind, NewEvent
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.stores.postgres.work_tables import EventRow


class PostgresEvents:
    """`EventRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, event: NewEvent) -> None:
        """Write an event.

        Within a job the ids grow in the order in which transactions commit: each holds the document while it writes.
        """
        columns = event.model_dump(include={"kind", "document_id", "job_id", "data"})
        row = insert(EventRow).values(
            tenant_id=self._tenant_id, is_published=not event.kind.goes_to_webhooks, **columns
        )
        self._session.execute(row)

    def of_job(self, job_id: JobId, *, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """A job's events in order, from behind event `after`."""
        mine = (EventRow.tenant_id == self._tenant_id, EventRow.job_id == job_id, EventRow.id > after)
        rows = self._session.scalars(select(EventRow).where(*mine).order_by(EventRow.id).limit(limit))
        return [_event_of(row) for row in rows]


def _event_of(row: EventRow) -> Event:
    return Event(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        kind=EventKind(row.kind),
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        job_id=None if row.job_id is None else JobId(row.job_id),
        data=row.data,
        created_at=row.created_at,
    )
