"""What the queue of work must do: rows that are claimed, kept, finished or given back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from docai.domain.documents import Fault
from docai.domain.events import Event, NewEvent
from docai.domain.ids import DocumentId, JobId, WorkerId
from docai.domain.jobs import Job, StageCount
from docai.domain.work import Capability, ItemState, Lease, NewItem, Stage
from docai.domain.workers import DeadItem, QueueDepth, WorkerReport, WorkerStatus


class WorkRecords(Protocol):
    """The work of one tenant, within a transaction that also saves what the work brought forth."""

    def add(self, job: Job, items: Sequence[NewItem]) -> None:
        """Enter work of a job, in the job's epoch; what stands there already is left alone."""

    def finish(
        self,
        lease: Lease,
        *,
        seconds: float,
        follow: Sequence[NewItem] = (),
        state: ItemState = ItemState.DONE,
        fault: Fault | None = None,
    ) -> bool:
        """End a leased item, enter what follows from it, and say whether nothing is left to do for its document.

        Everything else in the transaction counts only if this does, so it comes first: what is late is refused, and
        the document is held until the transaction ends.

        Args:
            lease: as it was claimed.
            seconds: the time it took, kept as usage.
            follow: what is to be done next, in the same job; what stands there already is left alone.
            state: done, or dead with a fault.
            fault: why it was given up.

        Raises:
            LeaseLost: the lease ran out and another worker has the item, or the document moved on or is gone.
        """

    def retry(self, lease: Lease, fault: Fault, *, after_s: float) -> None:
        """Put a leased item back for later, one error more.

        Raises:
            LeaseLost: as for `finish`.
        """

    def expire(self, lease: Lease) -> None:
        """Put an item whose lease ran out back, one crash more.

        Raises:
            LeaseLost: it was renewed or ended meanwhile.
        """

    def hold(self, document_id: DocumentId) -> None:
        """Keep workers from ending anything of a document until the transaction ends.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """

    def unfinished_pages(self, document_id: DocumentId, stage: Stage) -> Sequence[int]:
        """Numbers of the pages that stand before a stage, in order."""

    def standing(self, document_ids: Collection[DocumentId]) -> Mapping[DocumentId, Sequence[StageCount]]:
        """How much unfinished work stands before which stages, by document; without unfinished work, it is left out."""

    def settle_dead(self, document_id: DocumentId) -> None:
        """Items of a document that were given up are of no concern any more: what they were for is done again."""

    def new_epoch(self, document_id: DocumentId) -> int:
        """Leave all unfinished work of a document behind, leased or not; gives the epoch for what follows.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """


class EventRecords(Protocol):
    """What happened to one tenant's jobs and documents."""

    def add(self, event: NewEvent) -> None:
        """Write an event; it is told when the transaction commits, and never otherwise."""

    def of_job(self, job_id: JobId, *, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """A job's events in order, from behind event `after`."""


class WorkQueue(Protocol):
    """The work of all tenants, as workers see it. Times are the database's own. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def claim(self, capability: Capability, owner: WorkerId, *, lease_s: float) -> Sequence[Lease]:
        """Lease the work that is due next, a batch of one stage and bucket; empty if there is none.

        The most urgent first; among tenants the one with the least work leased; an item that may have crashed a worker
        comes alone.
        """

    def extend(self, leases: Sequence[Lease], *, lease_s: float) -> set[int]:
        """Renew leases; gives the ids of the items that are still held."""

    def hand_back(self, leases: Sequence[Lease]) -> None:
        """Return items that were not begun; nothing is counted against them."""

    def expired(self, limit: int) -> Sequence[Lease]:
        """Leases that ran out."""

    def overdue(self, after_s: float) -> Sequence[Capability]:
        """Capabilities with work that has been due for `after_s` seconds and that nobody took."""

    def release_all(self) -> int:
        """Let every lease run out now, and say how many: for a process that knows that no other worker is alive."""

    def sweeping(self) -> AbstractContextManager[bool]:
        """Whether this process may sweep now: one at a time does."""

    def depths(self) -> Sequence[QueueDepth]:
        """How much work waits, by capability."""

    def dead(self, limit: int, *, ids: Collection[int] | None = None) -> Sequence[DeadItem]:
        """Items that were given up, newest first; only those of `ids`, where given."""

    def report(self, worker: WorkerReport) -> None:
        """Keep what a worker says of itself."""

    def forget_worker(self, worker_id: WorkerId) -> None:
        """A worker left in good order."""

    def workers(self) -> Sequence[WorkerStatus]:
        """Workers that said something lately, newest first."""


class Doorbell(Protocol):
    """Tells workers that there may be work. A lost ring costs seconds, never work."""

    def ring(self, capabilities: Iterable[Capability]) -> None:
        """Wake a worker for each; never raises, and never waits long."""

    def reason_unheard(self) -> str | None:
        """Why rings do not arrive now, in words for an operator; None if they do. May take some seconds."""
