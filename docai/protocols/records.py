"""What the record of truth must do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from docai.domain.access import ApiKey, Tenant
from docai.domain.answers import Answer
from docai.domain.documents import Document, DocumentFilter, DocumentPlace, Fault, Page, PageState
from docai.domain.extractions import Extraction
from docai.domain.ids import DocumentId, ExtractionId, JobId, Sha256, TenantId
from docai.domain.jobs import Job, JobPlace, JobState
from docai.protocols.erasures import ErasureQueue, ErasureRecords
from docai.protocols.indexes import EmbeddingRecords, IndexRecords, QueryRequests
from docai.protocols.requests import BatchRecords, RequestKeys
from docai.protocols.reviews import FlagRecords, RevisionRecords
from docai.protocols.upkeep import UpkeepRecords
from docai.protocols.webhooks import WebhookOutbox, WebhookRecords
from docai.protocols.work import EventRecords, WorkQueue, WorkRecords


class DocumentRecords(Protocol):
    """Documents and pages of one tenant."""

    def add(self, document: Document, job: Job) -> tuple[Document, Job | None, bool]:
        """Store a new document with its job; gives what is stored, and whether it is new.

        When the tenant already has a document with the same bytes, that one comes back with its newest job.
        """

    def get(self, document_id: DocumentId) -> Document:
        """One document.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """

    def list(self, *, limit: int, after: DocumentPlace | None = None) -> Sequence[Document]:
        """Documents, newest first, from behind `after`."""

    def matching(self, wanted: DocumentFilter, *, among: Sequence[DocumentId], limit: int) -> Sequence[DocumentId]:
        """Documents that a filter matches, in no particular order; of those named, or, where none is, of all."""

    def save(self, document: Document) -> None:
        """Store a document's changed fields; metadata has its own call, since workers save what they once read."""

    def set_metadata(self, document_id: DocumentId, metadata: Mapping[str, str]) -> None:
        """Replace a document's metadata; harmless where there is no such document."""

    def delete(self, document_id: DocumentId) -> Sequence[Sha256]:
        """Delete a document with all that hangs on it; gives the blobs that no document of anybody names any more.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """

    def unreferenced(self, blobs: Sequence[Sha256]) -> Sequence[Sha256]:
        """Those of `blobs` that no document of anybody names, as original, as page image or as what a model said.

        What an old revision of a page names counts too.
        """

    def open_ledger(self, document_id: DocumentId, n_pages: int) -> None:
        """Enter pages 1 to `n_pages` as queued; pages that stand there already are left alone."""

    def page(self, document_id: DocumentId, number: int) -> Page:
        """One page, whole.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such page.
        """

    def pages(self, document_id: DocumentId, *, limit: int | None = None, after: int = 0) -> Sequence[Page]:
        """Pages in order, whole, from behind page `after`.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """

    def numbered_pages(self, document_id: DocumentId, numbers: Sequence[int]) -> Sequence[Page]:
        """Some pages, whole and in order; those that are not there are left out."""

    def hold_blob(self, sha256: Sha256) -> None:
        """Keep others from deciding about a blob until the transaction ends: whether it is kept, or removed unnamed."""

    def page_states(self, document_id: DocumentId) -> Sequence[PageState]:
        """Every page's state, in order."""

    def pages_at_fault(self, document_id: DocumentId, code: str) -> Sequence[int]:
        """Numbers of the pages whose fault has this code, in order."""

    def state_counts(self, document_ids: Collection[DocumentId]) -> Mapping[DocumentId, Mapping[PageState, int]]:
        """How many pages are in which state, by document; documents without pages are left out."""

    def mark_pages(
        self, document_id: DocumentId, numbers: Collection[int], state: PageState, fault: Fault | None = None
    ) -> None:
        """Set the state and the fault of many pages at once, and drop what pages of that state do not have.

        A failed page keeps its size and image, one that is queued again nothing, any other all. Its revisions stay.
        """

    def save_page(self, page: Page) -> None:
        """Replace all that is known of a page, in one go; its own `revision` does not count.

        A result that is final and that the page did not have is a further revision of it, and has its flags.
        """


class TermRecords(Protocol):
    """On how many of a tenant's pages each term stands: the document frequencies of BM25 and of query weights."""

    def replace(self, document_id: DocumentId, page_terms: Mapping[int, Mapping[str, int]]) -> None:
        """Set the terms of these pages of a document: page number to term to occurrences.

        What these pages had before is forgotten; the document's other pages are left alone.
        """

    def frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """On how many pages each term stands; absent terms are left out."""

    def n_pages(self) -> int:
        """How many pages have terms."""

    def bm25(
        self, weights: Mapping[str, float], *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by BM25: document, page number, score, best first.

        A term's weight stands where the formula has its inverse document frequency. No `document_ids`: all of the
        tenant's.
        """

    def bm25_parts(
        self, weights: Mapping[str, float], pages: Collection[tuple[DocumentId, int]]
    ) -> Mapping[tuple[DocumentId, int], Mapping[str, float]]:
        """What each term adds to the BM25 scores of some pages; terms that a page does not have are left out."""


class JobRecords(Protocol):
    """Jobs of one tenant."""

    def get(self, job_id: JobId) -> Job:
        """One job.

        Raises:
            JobNotFound: the tenant has none of this id.
        """

    def add(self, job: Job) -> None:
        """Store a further job of a document."""

    def of_document(self, document_id: DocumentId) -> Job | None:
        """A document's newest job."""

    def list(self, *, limit: int, after: JobPlace | None = None, states: Collection[JobState] = ()) -> Sequence[Job]:
        """Jobs, newest first, from behind `after`; of all states where none is named."""

    def n_unfinished(self, at_most: int) -> int:
        """How many jobs have not ended, counted no further than `at_most`."""

    def keep_password(self, job_id: JobId, sealed: bytes) -> None:
        """Keep a sealed password until the job ends."""

    def sealed_password(self, job_id: JobId) -> bytes | None:
        """The sealed password of a job that has not ended; None if it has none."""

    def save(self, job: Job) -> None:
        """Store a job's changed fields."""


class AnswerRecords(Protocol):
    """Questions asked and answers given, of one tenant."""

    def add(self, answer: Answer) -> None:
        """Keep an answer."""


class ExtractionRecords(Protocol):
    """Fields that were taken from documents, of one tenant."""

    def add(self, extraction: Extraction) -> None:
        """Keep an extraction.

        Raises:
            DocumentNotFound: one of its documents is gone.
        """

    def get(self, extraction_id: ExtractionId) -> Extraction:
        """One extraction.

        Raises:
            ExtractionNotFound: the tenant has none of this id.
        """


class UnitOfWork(Protocol):
    """One transaction on behalf of one tenant: commits when left without an error, else rolls back."""

    documents: DocumentRecords
    jobs: JobRecords
    terms: TermRecords
    answers: AnswerRecords
    extractions: ExtractionRecords
    batches: BatchRecords
    work: WorkRecords
    events: EventRecords
    webhooks: WebhookRecords
    erasures: ErasureRecords
    embeddings: EmbeddingRecords
    flags: FlagRecords
    revisions: RevisionRecords


class Records(Protocol):
    """The record of truth."""

    def unit_of_work(self, tenant_id: TenantId) -> AbstractContextManager[UnitOfWork]:
        """A transaction that sees this tenant's rows and no others.

        Raises:
            StoreUnavailable, StoreFull: the database does not answer or has no room.
        """

    def tenant_of_key(self, key: str) -> Tenant | None:
        """The tenant whom an API key speaks for; None for an unknown key."""

    def add_key(self, tenant: Tenant, key: ApiKey) -> None:
        """Keep a tenant, if new, and a key of it."""

    def first_tenant(self) -> Tenant | None:
        """The oldest tenant; None before the first start."""

    def tenants(self) -> Sequence[Tenant]:
        """All tenants, oldest first."""

    def tenant(self, tenant_id: TenantId) -> Tenant | None:
        """One tenant as it stands now; None for an unknown one."""

    def set_allows_cloud(self, tenant_id: TenantId, is_allowed: bool) -> Tenant | None:
        """Keep whether a tenant's pages may be shown to a model at a provider; None for an unknown tenant."""

    @property
    def queue(self) -> WorkQueue:
        """The work of all tenants."""

    @property
    def outbox(self) -> WebhookOutbox:
        """The webhook deliveries of all tenants."""

    @property
    def erasures(self) -> ErasureQueue:
        """The deletions of all tenants."""

    @property
    def keys(self) -> RequestKeys:
        """The idempotency keys of all tenants."""

    @property
    def indexes(self) -> IndexRecords:
        """The page indexes."""

    @property
    def query_requests(self) -> QueryRequests:
        """Queries for encoders of other processes."""

    def n_unfinished_jobs(self, at_most: int) -> int:
        """How many jobs of all tenants have not ended, counted no further than `at_most`."""

    @property
    def upkeep(self) -> UpkeepRecords:
        """What operators and chores ask of it."""

    def is_reachable(self) -> bool:
        """Whether a query gets an answer."""
