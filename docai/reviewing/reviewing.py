"""What a tenant may do with what needs a person's eye: list flags, correct values, compare a page's results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from docai.checks.changes import changes
from docai.checks.verify import EvidencePolicy
from docai.domain.documents import Page
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId, TenantId
from docai.domain.kept_flags import DocumentFlagPlace, FlagPlace, KeptFlag
from docai.domain.revisions import Correction, Revision, ValueChange
from docai.errors import RevisionConflict
from docai.pipeline.page_terms import page_terms
from docai.pipeline.record import NOT_SEARCHABLE_CODE
from docai.protocols import Records, UnitOfWork
from docai.reviewing.corrections import reviewed
from docai.telemetry import log


class Reviewing:
    """Flags, reviews and revisions of every tenant. Every call is on behalf of one. Thread-safe.

    A call that names a document or page raises `DocumentNotFound` or `PageNotFound` if the tenant has none such.
    """

    def __init__(self, records: Records, policy: EvidencePolicy) -> None:
        """Work on these records.

        Args:
            records: the record of truth.
            policy: what becomes of what witnesses say of a corrected page.
        """
        self._records = records
        self._policy = policy

    def flags(
        self,
        tenant_id: TenantId,
        document_id: DocumentId,
        *,
        pages: Collection[int] = (),
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        limit: int,
        after: DocumentFlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """What a person should look at in a document, worst first and then by page, from behind `after`.

        Of all pages, kinds and severities where none is named. Pages that are being read have none yet.
        """
        with self._unit(tenant_id) as unit:
            unit.documents.get(document_id)
            return unit.flags.of_document(
                document_id, pages=pages, kinds=kinds, severities=severities, limit=limit, after=after
            )

    def flags_of_tenant(
        self,
        tenant_id: TenantId,
        *,
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        after: FlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """The same in all documents, newest first, of results made at `since` or later and before `until`."""
        with self._unit(tenant_id) as unit:
            return unit.flags.of_tenant(
                kinds=kinds, severities=severities, since=since, until=until, limit=limit, after=after
            )

    def review(
        self,
        tenant_id: TenantId,
        document_id: DocumentId,
        page_number: int,
        corrections: Sequence[Correction],
        *,
        author: str,
        note: str | None = None,
        base_revision: int,
    ) -> Revision:
        """Keep what a person says of a page's values as a further revision of it; search finds what they say.

        Args:
            tenant_id: on whose behalf.
            document_id: which document.
            page_number: 1-based.
            corrections: what the values really are; one for each.
            author: who says so.
            note: what they say of it.
            base_revision: the one that they looked at.

        Raises:
            RevisionConflict: the page has another by now.
            NothingToReview: the page has no result.
            InvalidCorrection: there is none, one names no value of the page, or two name the same.
        """
        with self._unit(tenant_id) as unit:
            # Held, so that nobody else corrects the page and no worker ends it meanwhile.
            unit.work.hold(document_id)
            page = unit.documents.page(document_id, page_number)
            if page.revision is not None and page.revision != base_revision:
                raise RevisionConflict(
                    f"Page {page_number} has revision {page.revision} by now; you looked at {base_revision}.",
                    revision=page.revision,
                    base_revision=base_revision,
                )
            parse = reviewed(page, corrections, author=author, policy=self._policy)
            corrected = page.model_copy(update={"parse": parse})
            revision = unit.revisions.add_review(corrected, author=author, note=note)
            _make_findable(unit, corrected)
        log("page reviewed", document=str(document_id), page=page_number, revision=revision.number)
        return revision

    def revisions(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> Sequence[Revision]:
        """Every result that a page has or had, newest first."""
        with self._unit(tenant_id) as unit:
            found = unit.revisions.of_page(document_id, page_number)
            if not found:
                unit.documents.page(document_id, page_number)
            return found

    def revision(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, number: int) -> Revision:
        """One of them.

        Raises:
            RevisionNotFound: the page has none of this number.
        """
        with self._unit(tenant_id) as unit:
            return _revision(unit, document_id, page_number, number)

    def diff(
        self, tenant_id: TenantId, document_id: DocumentId, page_number: int, before: int, after: int
    ) -> Sequence[ValueChange]:
        """The values in which two results of a page differ, in the order of the page.

        Raises:
            RevisionNotFound: the page has no revision of one of the numbers.
        """
        with self._unit(tenant_id) as unit:
            old = _revision(unit, document_id, page_number, before)
            new = _revision(unit, document_id, page_number, after)
        return changes(old.parse, new.parse)

    def _unit(self, tenant_id: TenantId) -> AbstractContextManager[UnitOfWork]:
        return self._records.unit_of_work(tenant_id)


def _revision(unit: UnitOfWork, document_id: DocumentId, page_number: int, number: int) -> Revision:
    if number < 1 or not unit.revisions.of_page(document_id, page_number):
        unit.documents.page(document_id, page_number)
    return unit.revisions.get(document_id, page_number, number)


def _make_findable(unit: UnitOfWork, page: Page) -> None:
    """Have search find a page by what it says now. Its vectors are of the print, which no correction changes."""
    if page.fault is None or page.fault.code != NOT_SEARCHABLE_CODE:
        unit.terms.replace(page.document_id, {page.number: page_terms(page.words, page.parse)})
