"""The results that pages have and had, always within one tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, select, type_coerce
from sqlalchemy.orm import Session

from docai.domain.documents import Page
from docai.domain.ids import DocumentId, TenantId
from docai.domain.parses import PageParse
from docai.domain.revisions import Revision, RevisionCause
from docai.errors import RevisionNotFound
from docai.stores.postgres.columns import JsonOf
from docai.stores.postgres.pages import save_page
from docai.stores.postgres.review_tables import PageRevisionRow
from docai.stores.postgres.revision_entries import Entry
from docai.stores.postgres.tables import PageRow


class PostgresRevisions:
    """`RevisionRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add_review(self, page: Page, *, author: str, note: str | None) -> Revision:
        """Save a page as a person corrected it: as a further revision, whatever it says."""
        number = save_page(self._session, self._tenant_id, page, review=Entry(RevisionCause.REVIEW, author, note))
        assert number is not None
        return self.get(page.document_id, page.number, number)

    def of_page(self, document_id: DocumentId, page_number: int) -> Sequence[Revision]:
        """Every revision of a page, newest first; none for a page that was never read to its end."""
        found = self._of(document_id, page_number).order_by(PageRevisionRow.number.desc())
        return [_revision_of(row) for row in self._session.execute(found)]

    def get(self, document_id: DocumentId, page_number: int, number: int) -> Revision:
        """One revision."""
        wanted = self._of(document_id, page_number).where(PageRevisionRow.number == number)
        row = self._session.execute(wanted).first()
        if row is None:
            raise RevisionNotFound(f"Page {page_number} has no revision {number}.")
        return _revision_of(row)

    def _of(self, document_id: DocumentId, page_number: int) -> Select[Any]:
        is_own = and_(
            PageRow.tenant_id == PageRevisionRow.tenant_id,
            PageRow.document_id == PageRevisionRow.document_id,
            PageRow.number == PageRevisionRow.page_number,
            PageRow.revision == PageRevisionRow.number,
        )
        parse = type_coerce(func.coalesce(PageRevisionRow.parse, PageRow.parse), JsonOf(PageParse)).label("result")
        mine = (PageRevisionRow.tenant_id == self._tenant_id, PageRevisionRow.document_id == document_id)
        columns = [column for column in PageRevisionRow.__table__.c if column.name != "parse"]
        joined = select(*columns, parse).outerjoin_from(PageRevisionRow, PageRow, is_own)
        return joined.where(*mine, PageRevisionRow.page_number == page_number)


def _revision_of(row: Row[Any]) -> Revision:
    return Revision(
        document_id=DocumentId(row.document_id),
        page_number=row.page_number,
        number=row.number,
        cause=RevisionCause(row.cause),
        author=row.author,
        note=row.note,
        parse=row.result,
        created_at=row.created_at,
    )
