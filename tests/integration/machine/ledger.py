"""A plain Python ledger of what the queue should hold: tenants' documents, jobs, pages and work items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from docai.domain.documents import DocumentStatus, PageState, status_of
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.domain.jobs import JobState, Priority
from docai.domain.work import DOCUMENT_LEVEL, Capability, ItemState, Stage

OPEN_STATES = {ItemState.PENDING, ItemState.LEASED}
JOB_STATE = {
    DocumentStatus.READY: JobState.SUCCEEDED,
    DocumentStatus.PARTLY_READY: JobState.PARTIALLY_SUCCEEDED,
    DocumentStatus.FAILED: JobState.FAILED,
}
Key = tuple[int, Stage, int]
"""An item within its document: epoch, stage, page."""


@dataclass
class LedgerItem:
    """What is known of one item."""

    priority: Priority
    bucket: str
    state: ItemState = ItemState.PENDING
    token: int = 0
    errors: int = 0
    crashes: int = 0
    solo_crashes: int = 0


@dataclass
class LedgerDocument:
    """A document with everything that hangs on it."""

    tenant: TenantId
    id: DocumentId
    n_pages: int
    """What opening it will tell."""
    jobs: dict[JobId, JobState] = field(default_factory=dict)
    epoch: int = 1
    status: DocumentStatus = DocumentStatus.QUEUED
    pages: dict[int, PageState] = field(default_factory=dict)
    items: dict[Key, LedgerItem] = field(default_factory=dict)
    unfound: set[int] = field(default_factory=set)
    """Pages that were read and are not in the index: their job was cancelled, or the index did not take them."""
    n_finished_events: Counter[JobId] = field(default_factory=Counter)

    @property
    def newest_job(self) -> JobId:
        """The job of the current epoch."""
        return list(self.jobs)[-1]

    @property
    def unfinished(self) -> dict[Key, LedgerItem]:
        """Work of the current epoch that has not ended."""
        return {k: i for k, i in self.items.items() if k[0] == self.epoch and i.state in OPEN_STATES}

    def begin(self, job: JobId, priority: Priority) -> None:
        """A job was entered: its document stands before being opened."""
        self.jobs[job] = JobState.QUEUED
        self.status = DocumentStatus.QUEUED
        self.enter(Stage.OPEN, [DOCUMENT_LEVEL], priority)

    def enter(self, stage: Stage, pages: Sequence[int], priority: Priority) -> None:
        """Further items of the current epoch."""
        bucket = str(self.id) if stage in {Stage.OPEN, Stage.READ, Stage.PARSE} else ""
        for number in pages:
            self.items.setdefault((self.epoch, stage, number), LedgerItem(priority, bucket))

    def opened(self) -> None:
        """Its pages are known, and those not read yet are work."""
        item = self.items[self.epoch, Stage.OPEN, DOCUMENT_LEVEL]
        for number in range(1, self.n_pages + 1):
            self.pages.setdefault(number, PageState.QUEUED)
        unread = [number for number, state in sorted(self.pages.items()) if not state.is_final]
        self.status = DocumentStatus.PROCESSING
        self.jobs[self.newest_job] = JobState.RUNNING
        self.enter(Stage.READ, unread, item.priority)

    def end_if_done(self) -> None:
        """The job ends with its last item."""
        if not self.unfinished:
            self.status = status_of(self.pages.values())
            self._end(JOB_STATE[self.status])

    def end_early(self, state: JobState | None = None) -> None:
        """The job ends before its work is done."""
        self._leave_epoch()
        for number, page in self.pages.items():
            if not page.is_final:
                self.pages[number] = PageState.FAILED
        self.status = status_of(self.pages.values())
        self._end(state or JOB_STATE[self.status])

    def cancelled(self) -> None:
        """The tenant ended the job; pages that were read but are not in the index cannot be found."""
        for _, stage, number in self.unfinished:
            if stage is Stage.EMBED:
                self.not_taken(number)
        self.end_early(JobState.CANCELLED)

    def not_taken(self, number: int) -> None:
        """The index did not take a page that was read."""
        self.pages[number] = PageState.DEGRADED
        self.unfound.add(number)

    @property
    def to_retry(self) -> set[int] | None:
        """The pages that a retry would read again; None where there is nothing to retry."""
        failed = {n for n, state in self.pages.items() if state is PageState.FAILED} | self.unfound
        return failed if failed or self.status is DocumentStatus.FAILED else None

    def retried(self, job: JobId, priority: Priority) -> None:
        """What failed is to be read again."""
        again = self.to_retry
        assert again is not None
        self._leave_epoch()
        for item in self.items.values():
            if item.state is ItemState.DEAD:
                item.state = ItemState.CANCELLED
        self.pages.update(dict.fromkeys(again, PageState.QUEUED))
        self.unfound.clear()
        self.begin(job, priority)

    def _leave_epoch(self) -> None:
        for item in self.unfinished.values():
            item.state = ItemState.CANCELLED
        self.epoch += 1

    def _end(self, state: JobState) -> None:
        self.jobs[self.newest_job] = state
        self.n_finished_events[self.newest_job] += 1


@dataclass
class Ledger:
    """All documents, and how often each lease ended an item."""

    documents: dict[DocumentId, LedgerDocument] = field(default_factory=dict)
    usage: set[tuple[int, int]] = field(default_factory=set)
    """Item and token of every lease that ended its item."""

    def waiting(self, capability: Capability) -> Iterator[tuple[LedgerDocument, Key, LedgerItem]]:
        """What a worker could be given."""
        for document in self.documents.values():
            for key, item in document.items.items():
                if item.state is ItemState.PENDING and key[1].capability is capability:
                    yield document, key, item

    def loads(self) -> Counter[TenantId]:
        """How much of each tenant's work is leased."""
        return Counter(
            document.tenant
            for document in self.documents.values()
            for item in document.items.values()
            if item.state is ItemState.LEASED
        )
