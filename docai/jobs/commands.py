"""What a tenant may do with its jobs: list, follow, cancel, and have pages read again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime

from docai.domain.documents import Fault, PageState
from docai.domain.events import Event
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.domain.jobs import Job, JobPlace, JobState, Priority
from docai.domain.work import Stage
from docai.errors import JobEnded, JobUnfinished, NotFound, NothingToRetry
from docai.jobs.opening import CANCELLED_CODE, enter, reopened
from docai.jobs.progress import as_of_now
from docai.jobs.reread import put_back
from docai.pipeline.record import NOT_SEARCHABLE, end_job
from docai.protocols import Doorbell, Records, Sealer, UnitOfWork

CANCELLED = Fault(code=CANCELLED_CODE, message="The job was cancelled before this was read; retry it to have it read.")
NOT_IN_INDEX = Fault(code=CANCELLED_CODE, message=f"{NOT_SEARCHABLE}The job was cancelled before.")
_CANCELLED_AT_ONCE = 50
"""Jobs of one transaction: workers wait for it with what they bring for their documents."""


class Jobs:
    """The jobs of every tenant. Every call is on behalf of one and sees nothing of the others. Thread-safe.

    A call that names a job raises `JobNotFound` if the tenant has none of the id.
    """

    def __init__(self, records: Records, doorbell: Doorbell, sealer: Sealer) -> None:
        self._records = records
        self._doorbell = doorbell
        self._sealer = sealer

    def get(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """A job with its progress as of now."""
        with self._unit(tenant_id) as unit:
            return as_of_now(unit, [unit.jobs.get(job_id)], datetime.now(UTC))[0]

    def list(
        self, tenant_id: TenantId, *, limit: int, after: JobPlace | None = None, states: Collection[JobState] = ()
    ) -> Sequence[Job]:
        """Jobs with their progress as of now, newest first, from behind `after`; of all states where none is named."""
        with self._unit(tenant_id) as unit:
            return as_of_now(unit, unit.jobs.list(limit=limit, after=after, states=states), datetime.now(UTC))

    def events(self, tenant_id: TenantId, job_id: JobId, *, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """What happened to a job, in order, from behind event `after`."""
        with self._unit(tenant_id) as unit:
            unit.jobs.get(job_id)
            return unit.events.of_job(job_id, after=after, limit=limit)

    def cancel(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """End a job now; pages that were read are kept, what workers still do for it is refused.

        A job that was cancelled before stays as it is.

        Raises:
            JobEnded: it ended otherwise.
        """
        with self._unit(tenant_id) as unit:
            return _cancelled(unit, job_id)

    def cancel_all(self, tenant_id: TenantId, job_ids: Sequence[JobId]) -> None:
        """Cancel those of the jobs that have not ended, some in each transaction.

        Jobs that are cancelled by two callers at once must come in the same order from both.
        """
        for start in range(0, len(job_ids), _CANCELLED_AT_ONCE):
            with self._unit(tenant_id) as unit:
                for job_id in job_ids[start : start + _CANCELLED_AT_ONCE]:
                    with suppress(JobEnded, NotFound):  # it ended, or its document was deleted, meanwhile
                        _cancelled(unit, job_id)

    def retry(
        self, tenant_id: TenantId, job_id: JobId, *, password: str | None = None, priority: Priority | None = None
    ) -> Job:
        """Have what failed of a job's document read again; pages that were read are kept. Gives the new job.

        Args:
            tenant_id: on whose behalf.
            job_id: of any job of the document.
            password: opens an encrypted PDF; the one given before was forgotten.
            priority: of the new job; by default the old one's.

        Raises:
            JobUnfinished: the document is being read.
            NothingToRetry: nothing of it failed.
        """
        with self._unit(tenant_id) as unit:
            old = unit.jobs.get(job_id)
            _must_have_ended(unit, old.document_id)
            begun = reopened(unit, old.document_id, datetime.now(UTC), priority or old.priority)
            if begun is None:
                raise NothingToRetry("Nothing of the document failed.")
            job, _ = begun
            enter(unit, job, password, self._sealer)
        self._doorbell.ring([Stage.OPEN.capability])
        return job

    def reread(
        self,
        tenant_id: TenantId,
        document_id: DocumentId,
        *,
        pages: Collection[int] = (),
        password: str | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Job:
        """Have pages of a document that was read be read again, by the settings of now. Gives the new job.

        What they said before stays as revisions; results that come out the same make no new one.

        Args:
            tenant_id: on whose behalf.
            document_id: of the document.
            pages: their numbers, 1-based; none: all.
            password: opens an encrypted PDF; the one given before was forgotten.
            priority: of the new job.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such document, or it no such page.
            JobUnfinished: the document is being read.
        """
        with self._unit(tenant_id) as unit:
            _must_have_ended(unit, document_id)
            job = put_back(unit, document_id, pages, datetime.now(UTC), priority)
            enter(unit, job, password, self._sealer)
        self._doorbell.ring([Stage.OPEN.capability])
        return job

    def _unit(self, tenant_id: TenantId) -> AbstractContextManager[UnitOfWork]:
        return self._records.unit_of_work(tenant_id)


def _must_have_ended(unit: UnitOfWork, document_id: DocumentId) -> None:
    """Hold a document until the transaction ends, once its newest job has ended.

    Raises:
        DocumentNotFound: the tenant has none of this id.
        JobUnfinished: it has not.
    """
    unit.work.hold(document_id)
    newest = unit.jobs.of_document(document_id)
    if newest is not None and not newest.state.is_final:
        raise JobUnfinished("The document is still being read.", job_id=str(newest.id))


def _cancelled(unit: UnitOfWork, job_id: JobId) -> Job:
    # Held, so that the job does not end otherwise meanwhile: it ends once.
    unit.work.hold(unit.jobs.get(job_id).document_id)
    job = unit.jobs.get(job_id)
    if job.state is JobState.CANCELLED:
        return job
    if job.state.is_final:
        raise JobEnded(f"The job has ended: {job.state.value}.", state=job.state.value)
    unfindable = unit.work.unfinished_pages(job.document_id, Stage.EMBED)
    unit.documents.mark_pages(job.document_id, unfindable, PageState.DEGRADED, NOT_IN_INDEX)
    end_job(unit, job, CANCELLED, state=JobState.CANCELLED)
    return unit.jobs.get(job_id)
