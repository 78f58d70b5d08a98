"""What the records of batches and of answered requests must do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from docai.domain.batches import Batch, BatchEntry
from docai.domain.ids import BatchId, JobId, TenantId
from docai.domain.requests import KeptAnswer, KeyClaim


class BatchRecords(Protocol):
    """The batches of one tenant. A call that names one raises `BatchNotFound` if the tenant has none of the id."""

    def add(self, batch: Batch, entries: Sequence[BatchEntry]) -> None:
        """Keep a new batch with all that was sent; jobs that are new with it become its own."""

    def get(self, batch_id: BatchId) -> Batch:
        """A batch, its accepted files counted by their jobs' states as of now."""

    def entries(
        self, batch_id: BatchId, *, limit: int, after: int = -1, is_refused: bool | None = None
    ) -> Sequence[BatchEntry]:
        """Its files in the order sent, from behind position `after`.

        Args:
            batch_id: of the batch.
            limit: the most given.
            after: position of the last one already seen.
            is_refused: only those that were refused, or only those that were not; None: all.
        """

    def unfinished(self, batch_id: BatchId) -> Sequence[JobId]:
        """Its own jobs that have not ended; not those of documents that the tenant had before."""


class RequestKeys(Protocol):
    """Idempotency keys of all tenants, each tenant's apart. Times are the database's own. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def claim(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> KeyClaim:
        """Ask for a key on behalf of the request `token`, which says again within `busy_s` seconds that it lives."""

    def renew(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> None:
        """The request lives; harmless if another one has the key."""

    def keep(self, tenant_id: TenantId, key: str, token: UUID, answer: KeptAnswer) -> None:
        """The request was answered; harmless if another one has the key."""

    def release(self, tenant_id: TenantId, key: str, token: UUID) -> None:
        """The request came to nothing that is kept: the next one with the key is answered anew."""

    def forget(self, older_than_s: float) -> int:
        """Forget keys that were first sent so long ago and are not being answered; gives how many."""
