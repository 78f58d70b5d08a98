"""The seams: what an engine, a PDF reader, a store and an index must do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from docai.domain.access import ApiKey, Tenant
from docai.domain.answers import Answer
from docai.domain.documents import Document, DocumentFacts, DocumentPlace, MediaType, Page, PageFacts, PageState
from docai.domain.embeddings import PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, JobId, Sha256, TenantId
from docai.domain.images import RenderedPage
from docai.domain.jobs import Job
from docai.domain.parses import Block
from docai.domain.words import PageWords

# ---------------------------------------------------------------- reading


class OpenDocument(Protocol):
    """A document opened in a process that can be killed. Page numbers are 1-based."""

    @property
    def facts(self) -> DocumentFacts:
        """What opening it told."""

    def measure(self, page_number: int) -> PageFacts:
        """The page's size, text layer, smallest print and scan resolution; draws nothing large.

        Raises:
            PageTimedOut, PageCrashed, PageUnreadable: the page could not be read; other pages still can.
        """

    def render(self, page_number: int, dpi: float) -> RenderedPage:
        """The page as a lossless RGB image at `dpi`, turned as shown.

        Raises:
            PageTooLarge: it would have more pixels than allowed.
            PageTimedOut, PageCrashed, PageUnreadable: as for `measure`.
        """

    def read_layout(self, page_number: int, words: PageWords, image: bytes | None) -> tuple[Block, ...]:
        """The page's blocks in reading order, tables with cells; every block and cell names its words by id.

        With `image`, the page is read from this picture and `words` (OCR) instead of the file's own content.

        Raises:
            PageTimedOut, PageCrashed, PageUnreadable: as for `measure`.
        """


class PdfReader(Protocol):
    """Opens documents (PDF, PNG, JPEG, TIFF) in isolation."""

    @property
    def name(self) -> str:
        """Name and version, as stored with every result."""

    def open(self, path: Path, media_type: MediaType, password: str | None) -> AbstractContextManager[OpenDocument]:
        """Open a file for reading.

        Raises:
            DocumentUnreadable, DocumentEncrypted, WrongPassword, NoPages: nothing can be read.
        """


class WordReader(Protocol):
    """Optical character recognition."""

    @property
    def name(self) -> str:
        """Name and version, as stored with every result."""

    def read(self, image: bytes) -> PageWords:
        """The words of a page image (an image file's bytes), in reading order of lines; boxes on the image as given.

        A page that stands on its side or head is turned before reading; `rotation` says by how much.
        Thread-safe.
        """


class PageEmbedder(Protocol):
    """Pages and queries to vectors for late interaction."""

    @property
    def fingerprint(self) -> str:
        """Name, version and settings: vectors with different fingerprints are never compared."""

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""

    def embed_page(self, words: PageWords) -> PageEmbedding | None:
        """One unit vector per word at its place; None for a page without words.

        Raises:
            InvalidEmbedding: a vector is not finite or has no length.
        """

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per query token, scaled by the token's weight; a missing token weighs as an unseen one.

        None when the text has no token.
        """


# ---------------------------------------------------------------- work


class JobQueue(Protocol):
    """Hands work to the workers. The job's row is the truth: a lost message costs time, never work."""

    def send(self, job: Job, password: str | None) -> None:
        """Have a job done soon. The password is for this run alone and is never stored."""


# ---------------------------------------------------------------- stores


class BlobStore(Protocol):
    """Bytes under their content hash; writing the same bytes twice is harmless."""

    def put(self, content: bytes) -> Sha256:
        """Store bytes, durable on return.

        Raises:
            StoreFull: no room; nothing is kept.
        """

    def put_stream(self, stream: BinaryIO, max_bytes: int) -> tuple[Sha256, int]:
        """Store a stream while hashing it; gives hash and length.

        Raises:
            DocumentTooLarge: more than `max_bytes`; nothing is kept.
            StoreFull: no room; nothing is kept.
        """

    def get(self, sha256: Sha256) -> bytes:
        """The bytes.

        Raises:
            BlobMissing: there are none.
        """

    def has(self, sha256: Sha256) -> bool:
        """Whether the bytes are there."""

    def path(self, sha256: Sha256) -> Path:
        """A local file with the bytes, to be read only.

        Raises:
            BlobMissing: there is none.
        """

    def delete(self, sha256: Sha256) -> None:
        """Forget the bytes; harmless when there are none."""


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

    def save(self, document: Document) -> None:
        """Store a document's changed fields."""

    def delete(self, document_id: DocumentId) -> Sequence[Sha256]:
        """Delete a document with all that hangs on it; gives the blobs that no document of anybody names any more.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """

    def unreferenced(self, blobs: Sequence[Sha256]) -> Sequence[Sha256]:
        """Those of `blobs` that no document of anybody names, as original or as page image."""

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

    def page_states(self, document_id: DocumentId) -> Sequence[PageState]:
        """Every page's state, in order."""

    def save_page(self, page: Page) -> None:
        """Replace all that is known of a page, in one go."""


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

    def save(self, job: Job) -> None:
        """Store a job's changed fields."""


class AnswerRecords(Protocol):
    """Questions asked and answers given, of one tenant."""

    def add(self, answer: Answer) -> None:
        """Keep an answer."""


class UnitOfWork(Protocol):
    """One transaction on behalf of one tenant: commits when left without an error, else rolls back."""

    documents: DocumentRecords
    jobs: JobRecords
    terms: TermRecords
    answers: AnswerRecords


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

    def unfinished_jobs(self) -> Sequence[Job]:
        """Jobs of every tenant that have not ended, oldest first."""

    def is_reachable(self) -> bool:
        """Whether a query gets an answer."""


class PageIndex(Protocol):
    """Every page's vectors, none pooled, searched by MaxSim. Thread-safe."""

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, have no length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
        """

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none."""

    def search(
        self, tenant_id: TenantId, query: QueryEmbedding, *, document_ids: Sequence[DocumentId], limit: int
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages by MaxSim over all vectors: document, page number, score, best first."""

    def count(self) -> int:
        """How many pages are stored, of all tenants."""

    def close(self) -> None:
        """Write what is pending and let go of the files."""


class PageCropper(Protocol):
    """Cuts and marks stored page images."""

    def crop(self, image: bytes, box: Box) -> bytes:
        """The part of an image file that a box covers, as PNG."""

    def mark(self, image: bytes, boxes: Sequence[Box]) -> bytes:
        """The image with boxes drawn on it, as PNG."""

    def heat_map(self, image: bytes, spots: Sequence[tuple[Box, float]]) -> bytes:
        """The image in grey, boxes glowing by their strength relative to the strongest, as PNG."""
