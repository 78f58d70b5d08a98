"""Document and Page, their states, and the rule that a document is complete only when every page is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import PageSize
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.images import PageImage
from docai.domain.parses import PageParse
from docai.domain.words import PageWords


class MediaType(StrEnum):
    """What can be taken in; decided by the first bytes, never by the name."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"


class PageState(StrEnum):
    """Each page ends in exactly one of the last four."""

    QUEUED = "queued"
    PARSED = "parsed"
    BLANK = "blank"
    DEGRADED = "degraded"
    """Read, but below what we promise; the reason says how."""
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether the page is accounted for."""
        return self is not PageState.QUEUED


class DocumentStatus(StrEnum):
    """Computed from the pages, never set by hand once they are known."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    PARTLY_READY = "partly_ready"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether work on the document has ended."""
        return self in {DocumentStatus.READY, DocumentStatus.PARTLY_READY, DocumentStatus.FAILED}


class Fault(BaseModel):
    """Why something failed or fell short, as stored and shown."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class SecurityFindings(BaseModel):
    """Active or hidden content seen in a PDF; it is counted, never run."""

    model_config = ConfigDict(frozen=True)

    is_encrypted: bool = False
    has_javascript: bool = False
    has_launch_action: bool = False
    n_embedded_files: int = 0
    has_xfa: bool = False


class DocumentFacts(BaseModel):
    """What opening a document tells."""

    model_config = ConfigDict(frozen=True)

    n_pages: int
    title: str | None = None
    security: SecurityFindings = SecurityFindings()


class DocumentFilter(BaseModel):
    """Which documents to look in: those that meet every condition given."""

    model_config = ConfigDict(frozen=True)

    metadata: Mapping[str, str] = {}
    """Keys with exactly these values."""
    media_types: tuple[MediaType, ...] = ()
    """Any of these; empty: all."""
    created_after: datetime | None = None
    """Taken in then or later."""
    created_before: datetime | None = None
    """Taken in before then."""
    name_contains: str | None = None
    """Part of the name, in whatever case."""

    @property
    def is_empty(self) -> bool:
        """Whether every document matches."""
        return self == DocumentFilter()


class Document(BaseModel):
    """An upload of a tenant: same tenant and same bytes are the same document."""

    model_config = ConfigDict(frozen=True)

    id: DocumentId
    tenant_id: TenantId
    name: str
    """The name it was uploaded under, for display only; never a path."""
    sha256: Sha256
    media_type: MediaType
    n_bytes: int
    status: DocumentStatus
    epoch: int = 1
    """Counts cancellations and retries: what workers do for an older epoch is refused."""
    n_pages: int | None = None
    """None until the document was opened."""
    title: str | None = None
    security: SecurityFindings = SecurityFindings()
    fault: Fault | None = None
    metadata: Mapping[str, str] = {}
    """What whoever uploaded it said of it, to find it by."""
    created_at: datetime
    updated_at: datetime

    @property
    def place(self) -> DocumentPlace:
        """Where it stands in the list of all documents."""
        return self.created_at, self.id


class Page(BaseModel):
    """One page's entry in the ledger, with everything known of it."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    number: int
    """1-based."""
    state: PageState
    fault: Fault | None = None
    size: PageSize | None = None
    image: PageImage | None = None
    words: PageWords | None = None
    second_words: PageWords | None = None
    """The other witness's words, where it was heard too: OCR beside a text layer that is believed, or a text layer that
    was passed over although it can be read."""
    parse: PageParse | None = None
    revision: int | None = None
    """Which of the page's revisions `parse` is; None until a result was saved."""


class PageFacts(BaseModel):
    """What measuring a page tells, before it is drawn."""

    model_config = ConfigDict(frozen=True)

    size: PageSize
    words: PageWords
    """The text layer as the file has it, with its flaws named; `witness` is None when it is not believed."""
    smallest_print_pt: float | None
    """Smallest font size that a reader of the page has to make out; None without a believed text layer."""
    native_dpi: float | None
    """Resolution of the scanned image that fills the page; None where no image does."""


DocumentPlace = tuple[datetime, DocumentId]
"""Where a document stands in the list of all: its time and id. It stays a place when the document is deleted."""


def status_of(states: Iterable[PageState]) -> DocumentStatus:
    """A document's status from its pages' states: ready only if every page was read or is blank."""
    found = set(states)
    if not found:
        return DocumentStatus.FAILED
    if PageState.QUEUED in found:
        return DocumentStatus.PROCESSING
    if found == {PageState.FAILED}:
        return DocumentStatus.FAILED
    if PageState.FAILED in found or PageState.DEGRADED in found:
        return DocumentStatus.PARTLY_READY
    return DocumentStatus.READY
