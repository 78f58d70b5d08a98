"""What a tenant may do with documents sent together: keep what became of each, look, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from docai.domain.batches import Batch, BatchEntry
from docai.domain.ids import BatchId, TenantId, new_batch_id
from docai.jobs.commands import Jobs
from docai.protocols import Records


class Batches:
    """The batches of every tenant. Every call is on behalf of one and sees nothing of the others. Thread-safe.

    A call that names a batch raises `BatchNotFound` if the tenant has none of the id.
    """

    def __init__(self, records: Records, jobs: Jobs) -> None:
        self._records = records
        self._jobs = jobs

    def add(self, tenant_id: TenantId, name: str | None, entries: Sequence[BatchEntry]) -> Batch:
        """Keep what became of every file of a batch, all at once: a batch is never there in part."""
        batch = Batch(
            id=new_batch_id(),
            tenant_id=tenant_id,
            name=name,
            n_entries=len(entries),
            n_refused=sum(entry.fault is not None for entry in entries),
            n_by_state={},
            created_at=datetime.now(UTC),
        )
        with self._records.unit_of_work(tenant_id) as unit:
            unit.batches.add(batch, entries)
            return unit.batches.get(batch.id)

    def get(self, tenant_id: TenantId, batch_id: BatchId) -> Batch:
        """A batch, its files counted by their jobs' states as of now."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.batches.get(batch_id)

    def entries(
        self, tenant_id: TenantId, batch_id: BatchId, *, limit: int, after: int = -1, is_refused: bool | None = None
    ) -> Sequence[BatchEntry]:
        """Its files in the order sent, from behind position `after`; only those (not) refused, where that is given."""
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.batches.entries(batch_id, limit=limit, after=after, is_refused=is_refused)

    def cancel(self, tenant_id: TenantId, batch_id: BatchId) -> Batch:
        """Cancel the jobs that the batch made and that have not ended; not those of documents that were here before.

        Asked again, it goes on where it was cut off.
        """
        with self._records.unit_of_work(tenant_id) as unit:
            unit.batches.get(batch_id)
            unfinished = unit.batches.unfinished(batch_id)
        self._jobs.cancel_all(tenant_id, unfinished)
        return self.get(tenant_id, batch_id)
