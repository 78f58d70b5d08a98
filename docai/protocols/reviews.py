"""What the record of truth must do with flags and with the results that pages once had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from docai.domain.documents import Page
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId
from docai.domain.kept_flags import DocumentFlagPlace, FlagPlace, KeptFlag
from docai.domain.revisions import Revision


class FlagRecords(Protocol):
    """What a person should look at, of one tenant; written with the page's result, and gone with it."""

    def of_document(
        self,
        document_id: DocumentId,
        *,
        pages: Collection[int] = (),
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        limit: int,
        after: DocumentFlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """Flags of a document, worst first and then by page, from behind `after`; of all pages where none is named.

        An empty `kinds` or `severities` means any. Without such a document there are none.
        """

    def of_tenant(
        self,
        *,
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        after: FlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """Flags of all documents, newest first, from behind `after`; found at `since` or later and before `until`."""


class RevisionRecords(Protocol):
    """The results that pages of one tenant have and had; `DocumentRecords.save_page` adds those of readers."""

    def add_review(self, page: Page, *, author: str, note: str | None) -> Revision:
        """Save a page as a person corrected it: as a further revision, whatever it says.

        Raises:
            DocumentNotFound: the tenant has no such document.
        """

    def of_page(self, document_id: DocumentId, page_number: int) -> Sequence[Revision]:
        """Every revision of a page, newest first; none for a page that was never read to its end."""

    def get(self, document_id: DocumentId, page_number: int, number: int) -> Revision:
        """One revision.

        Raises:
            RevisionNotFound: the tenant's page has none of this number.
        """
