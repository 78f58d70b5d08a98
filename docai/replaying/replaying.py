"""What a document's pages would be read as today, held against what was saved of them, value by value."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.checks.changes import changes
from docai.domain.documents import Document, Page, PageState
from docai.domain.ids import DocumentId, TenantId
from docai.domain.jobs import Priority
from docai.domain.parses import PageParse
from docai.domain.revisions import ValueChange
from docai.errors import DocumentNotReady, PageNotFound
from docai.pipeline.model_reading import Asking
from docai.pipeline.parts import Parts, ReadingPolicy
from docai.protocols import OpenDocument
from docai.replaying.manifest_differences import ManifestDifference, manifest_differences
from docai.replaying.read_again import PageReader

_READ = frozenset({PageState.PARSED, PageState.DEGRADED})


@dataclass(frozen=True, slots=True)
class PageReplay:
    """What came of reading a page again."""

    saved: Page
    """As it stands in the records."""
    read: Page
    """As it would be saved now."""
    manifest: tuple[ManifestDifference, ...] | None
    """What the two results depend on and what differs in it; None where none was kept of the saved one."""
    changes: tuple[ValueChange, ...]

    @property
    def is_same(self) -> bool:
        """Whether the page says the same: every value, with the same verdict, and in the same place."""
        was, now = self.saved.state, self.read.state
        return not self.changes and (was is now or {was, now} <= _READ)

    @property
    def is_exact(self) -> bool:
        """Whether all else is the same too: boxes, confidences, checks, omissions."""
        return self.is_same and _told(self.saved) == _told(self.read)


class Replaying:
    """Reads pages again without saving them. Every call is on behalf of one tenant. Thread-safe."""

    def __init__(self, parts: Parts, policy: ReadingPolicy) -> None:
        """Read with these parts, by these settings."""
        self._parts = parts
        self._reader = PageReader(parts, policy)

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId, numbers: Sequence[int] = ()) -> Sequence[int]:
        """The pages that would be read again, ascending: those named, or all.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such document, or it no such page.
            DocumentNotReady: it is being read.
        """
        with self._parts.records.unit_of_work(tenant_id) as unit:
            if not unit.documents.get(document_id).status.is_final:
                raise DocumentNotReady("The document is still being read; follow its job and ask again.")
            n_pages = len(unit.documents.page_states(document_id))
        if missing := sorted(set(numbers) - set(range(1, n_pages + 1))):
            raise PageNotFound(f"The document has {n_pages} pages; there is no page {missing[0]}.", page=missing[0])
        return sorted(set(numbers)) or range(1, n_pages + 1)

    def replay(
        self,
        tenant_id: TenantId,
        document_id: DocumentId,
        *,
        numbers: Sequence[int] = (),
        password: str | None = None,
    ) -> Iterator[PageReplay]:
        """Read pages again, one after another; each is told as soon as it was read.

        Args:
            tenant_id: on whose behalf.
            document_id: of the document.
            numbers: of its pages, 1-based; none: all.
            password: opens an encrypted PDF; the one given before was forgotten.

        Raises:
            DocumentNotFound, PageNotFound, DocumentNotReady: as for `page_numbers`.
            DocumentEncrypted, WrongPassword: it cannot be opened.
            EngineUnavailable: an engine is away, or this process has no vision-language model although one is set.
            BlobMissing: the original is gone.
        """
        wanted = self.page_numbers(tenant_id, document_id, numbers)
        with self._parts.records.unit_of_work(tenant_id) as unit:
            document = unit.documents.get(document_id)
        path = self._parts.blobs.path(document.sha256)
        with self._parts.reader.open(path, document.media_type, password) as opened:
            for number in wanted:
                yield self._replayed(opened, document, number)

    def _replayed(self, opened: OpenDocument, document: Document, number: int) -> PageReplay:
        with self._parts.records.unit_of_work(document.tenant_id) as unit:
            saved = unit.documents.page(document.id, number)
        return compared(saved, self._reader.read(opened, document, number, self._asking(document.tenant_id)))

    def _asking(self, tenant_id: TenantId) -> Asking:
        tenant = self._parts.records.tenant(tenant_id)
        return Asking(
            tenant=str(tenant_id),
            allows_cloud=tenant is not None and tenant.allows_cloud,
            priority=Priority.NORMAL,
            cancel=threading.Event(),
            on_round=lambda: None,
        )


def compared(saved: Page, read: Page) -> PageReplay:
    """A page as it was saved against the same page read again."""
    before, after = _told(saved), _told(read)
    known, new = saved.parse and saved.parse.manifest, read.parse and read.parse.manifest
    return PageReplay(
        saved=saved,
        read=read,
        manifest=manifest_differences(known, new) if known and new else None,
        changes=changes(before, after),
    )


def _told(page: Page) -> PageParse:
    """What a page says, without how that came about, which has the time that it took in it."""
    if page.parse is None:
        return PageParse(page_number=page.number, engine="", blocks=())
    return page.parse.model_copy(update={"attempts": (), "manifest": None})
