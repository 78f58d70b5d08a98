"""What operators do for all tenants: look at their work, put back what was given up, and keep what they allow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from docai.domain.access import Tenant
from docai.domain.documents import Document, Page, PageState
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.domain.jobs import Priority
from docai.domain.work import DOCUMENT_LEVEL, Stage
from docai.domain.workers import DeadItem, QueueDepth, WorkerStatus
from docai.errors import InvalidRequest, NotFound
from docai.jobs.opening import enter, reopened
from docai.protocols import Doorbell, Records, Sealer, UnitOfWork

_AT_ONCE = 500
"""Dead items looked at in one go."""


class Outcome(StrEnum):
    """What became of a dead item that was to be put back."""

    QUEUED = "queued"
    """Its document's failed pages are work again, in a new job."""
    BEING_READ = "being_read"
    """Its document is being read at this moment; nothing was changed."""
    GONE = "gone"
    """There is no such dead item (any more)."""


@dataclass(frozen=True, slots=True)
class Requeued:
    """One item that was to be put back."""

    item_id: int
    outcome: Outcome
    document_id: DocumentId | None = None
    job_id: JobId | None = None
    """The new job; items of one document share it."""


class Operations:
    """The work of all tenants. Every call raises `StoreUnavailable` when the database does not answer. Thread-safe."""

    def __init__(self, records: Records, doorbell: Doorbell, sealer: Sealer) -> None:
        self._records = records
        self._doorbell = doorbell
        self._sealer = sealer

    def queues(self) -> Sequence[QueueDepth]:
        """How much work waits, by capability."""
        return self._records.queue.depths()

    def workers(self) -> Sequence[WorkerStatus]:
        """Workers that said something lately, newest first."""
        return self._records.queue.workers()

    def dead(self, limit: int) -> Sequence[DeadItem]:
        """Items that were given up, newest first."""
        return self._records.queue.dead(limit)

    def tenants(self) -> Sequence[Tenant]:
        """All tenants, oldest first."""
        return self._records.tenants()

    def set_allows_cloud(self, tenant_id: TenantId, is_allowed: bool) -> Tenant:
        """Keep whether a tenant's pages may be shown to a model at a provider.

        Raises:
            InvalidRequest: there is no such tenant.
        """
        tenant = self._records.set_allows_cloud(tenant_id, is_allowed)
        if tenant is None:
            raise InvalidRequest(f"There is no tenant {tenant_id}; `docai admin cloud show` lists them.")
        return tenant

    def requeue(self, item_ids: Collection[int]) -> list[Requeued]:
        """Have what these dead items were for done again, and all else that failed of their documents with it."""
        found = self._records.queue.dead(len(item_ids), ids=item_ids)
        done = self._put_back(found)
        gone = sorted(set(item_ids) - {item.id for item in found})
        return [*done, *(Requeued(item_id, Outcome.GONE) for item_id in gone)]

    def requeue_all(self) -> list[Requeued]:
        """Have what every dead item was for done again."""
        done: list[Requeued] = []
        while True:
            seen = {entry.item_id for entry in done}
            # Those of documents that are being read stay dead, and are met again.
            new = [item for item in self._records.queue.dead(len(seen) + _AT_ONCE) if item.id not in seen]
            if not new:
                return done
            done += self._put_back(new)

    def _put_back(self, items: Sequence[DeadItem]) -> list[Requeued]:
        by_document: dict[DocumentId, list[DeadItem]] = {}
        for item in items:
            by_document.setdefault(item.document_id, []).append(item)
        done = [entry for of_one in by_document.values() for entry in self._reopen(of_one)]
        if any(entry.outcome is Outcome.QUEUED for entry in done):
            self._doorbell.ring([Stage.OPEN.capability])
        return done

    def _reopen(self, items: Sequence[DeadItem]) -> list[Requeued]:
        """Read again what failed of one document."""
        document_id = items[0].document_id
        try:
            with self._records.unit_of_work(items[0].tenant_id) as unit:
                unit.work.hold(document_id)
                document = unit.documents.get(document_id)
                if not document.status.is_final:
                    return [Requeued(item.id, Outcome.BEING_READ, document_id) for item in items]
                _fail_unfindable(unit, document, items)
                begun = reopened(unit, document_id, datetime.now(UTC), Priority.NORMAL)
                if begun is None:  # what they were for was done since
                    unit.work.settle_dead(document_id)
                    return [Requeued(item.id, Outcome.GONE, document_id) for item in items]
                job, _ = begun
                enter(unit, job, None, self._sealer)
        except NotFound:  # deleted meanwhile
            return [Requeued(item.id, Outcome.GONE, document_id) for item in items]
        return [Requeued(item.id, Outcome.QUEUED, document_id, job.id) for item in items]


def _fail_unfindable(unit: UnitOfWork, document: Document, items: Sequence[DeadItem]) -> None:
    """Pages that were read but could not be put into the index count as failed, so that they are read again."""
    for item in items:
        if item.stage is Stage.EMBED and item.page_number != DOCUMENT_LEVEL:
            number, fault = item.page_number, item.fault
            failed = Page(document_id=document.id, number=number, state=PageState.FAILED, fault=fault)
            unit.documents.save_page(failed)
