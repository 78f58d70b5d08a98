"""Documents and pages, always within one tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Update, Uuid, delete, func, select, tuple_, union, update
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.orm import Session

from docai.domain.documents import (
    Document,
    DocumentFilter,
    DocumentPlace,
    DocumentStatus,
    Fault,
    MediaType,
    Page,
    PageState,
)
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.jobs import Job
from docai.errors import DocumentNotFound, PageNotFound
from docai.stores.postgres.filters import conditions
from docai.stores.postgres.jobs import PostgresJobs, new_row
from docai.stores.postgres.locks import hold_blob, hold_document
from docai.stores.postgres.pages import mark_pages, page_of, save_page
from docai.stores.postgres.review_tables import PageRevisionRow
from docai.stores.postgres.revision_entries import blobs_of_revisions
from docai.stores.postgres.tables import AnswerRow, DocumentRow, ExtractionRow, PageRow, PageTermRow

_FRESH = {"populate_existing": True}
"""Read what the database has now, also where this transaction changed a row it had read before."""


class PostgresDocuments:
    """`DocumentRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, document: Document, job: Job) -> tuple[Document, Job | None, bool]:
        """Store a new document with its job, or find the one with the same bytes.

        Raises:
            ValueError: document or job is of another tenant.
        """
        if {document.tenant_id, job.tenant_id} != {self._tenant_id}:
            raise ValueError("a document of another tenant")
        columns = _changing_columns(document) | document.model_dump(
            include={"tenant_id", "id", "sha256", "media_type", "n_bytes", "created_at"}
        )
        columns["user_metadata"] = dict(document.metadata)
        same_bytes = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.sha256 == document.sha256)
        while True:
            # Waits for a transaction that is adding the same bytes; were that document deleted again, we go round.
            added = insert(DocumentRow).values(columns).on_conflict_do_nothing(index_elements=["sha256", "tenant_id"])
            if self._session.execute(added.returning(DocumentRow.id)).first() is not None:
                self._session.add(new_row(job))
                self._session.flush()
                return document, job, True
            if (row := self._session.scalars(select(DocumentRow).where(*same_bytes)).first()) is not None:
                known = _document_of(row)
                return known, PostgresJobs(self._session, self._tenant_id).of_document(known.id), False

    def get(self, document_id: DocumentId) -> Document:
        """One document."""
        return _document_of(self._row(document_id))

    def list(self, *, limit: int, after: DocumentPlace | None = None) -> Sequence[Document]:
        """Documents, newest first, from behind `after`."""
        age = tuple_(DocumentRow.created_at, DocumentRow.id)
        wanted = select(DocumentRow).where(DocumentRow.tenant_id == self._tenant_id)
        if after is not None:
            wanted = wanted.where(age < after)
        newest_first = (DocumentRow.created_at.desc(), DocumentRow.id.desc())
        return [_document_of(row) for row in self._session.scalars(wanted.order_by(*newest_first).limit(limit))]

    def matching(self, wanted: DocumentFilter, *, among: Sequence[DocumentId], limit: int) -> Sequence[DocumentId]:
        """Documents that a filter matches, in no particular order; of those named, or, where none is, of all."""
        found = select(DocumentRow.id).where(DocumentRow.tenant_id == self._tenant_id, *conditions(wanted))
        if among:
            found = found.where(DocumentRow.id.in_(among))
        return [DocumentId(document_id) for document_id in self._session.scalars(found.limit(limit))]

    def set_metadata(self, document_id: DocumentId, metadata: Mapping[str, str]) -> None:
        """Replace a document's metadata; harmless where there is no such document."""
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document_id)
        self._session.execute(update(DocumentRow).where(*mine).values({DocumentRow.user_metadata: dict(metadata)}))

    def save(self, document: Document) -> None:
        """Store a document's changed fields."""
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document.id)
        self._must_change(update(DocumentRow).where(*mine).values(**_changing_columns(document)), document.id)

    def delete(self, document_id: DocumentId) -> Sequence[Sha256]:
        """Delete a document with all that was made of it, answers and extractions too; gives the blobs nobody names."""
        # Held first, as a worker does that ends a page and replaces its terms: neither then waits for the other.
        document = self._row(document_id, hold=True)
        of_pages = select(PageRow.image_sha256).where(
            PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id, PageRow.image_sha256.is_not(None)
        )
        replies = select(func.unnest(PageRow.reply_sha256s)).where(
            PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id
        )
        kept = blobs_of_revisions(
            PageRevisionRow.tenant_id == self._tenant_id, PageRevisionRow.document_id == document_id
        )
        blobs = (document.sha256, *self._session.scalars(union(of_pages, replies, *kept)))
        named = {Sha256(sha256) for sha256 in blobs if sha256}
        for statement in (
            delete(PageTermRow).where(PageTermRow.tenant_id == self._tenant_id, PageTermRow.document_id == document_id),
            delete(AnswerRow).where(
                AnswerRow.tenant_id == self._tenant_id,
                AnswerRow.cited_document_ids.contains(array([document_id], type_=Uuid)),
            ),
            delete(ExtractionRow).where(
                ExtractionRow.tenant_id == self._tenant_id,
                ExtractionRow.document_ids.contains(array([document_id], type_=Uuid)),
            ),
        ):
            self._session.execute(statement)
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document_id)
        self._must_change(delete(DocumentRow).where(*mine), document_id)
        return self.unreferenced(sorted(named))

    def unreferenced(self, blobs: Sequence[Sha256]) -> Sequence[Sha256]:
        """Those of `blobs` that no document of anybody names, as original, as page image or as what a model said."""
        replies = select(func.unnest(PageRow.reply_sha256s)).where(PageRow.reply_sha256s.overlap(list(blobs)))
        originals = select(DocumentRow.sha256).where(DocumentRow.sha256.in_(blobs))
        images = select(PageRow.image_sha256).where(PageRow.image_sha256.in_(blobs))
        old_images, _ = blobs_of_revisions(PageRevisionRow.image_sha256.in_(blobs))
        _, old_replies = blobs_of_revisions(PageRevisionRow.reply_sha256s.overlap(list(blobs)))
        still_named = set(self._session.scalars(union(originals, images, replies, old_images, old_replies)))
        return [sha256 for sha256 in blobs if sha256 not in still_named]

    def open_ledger(self, document_id: DocumentId, n_pages: int) -> None:
        """Enter pages 1 to `n_pages` as queued; pages that stand there already are left alone."""
        hold_document(self._session, self._tenant_id, document_id)
        key = {"tenant_id": self._tenant_id, "document_id": document_id, "state": PageState.QUEUED}
        pages = [{**key, "number": number} for number in range(1, n_pages + 1)]
        if pages:
            self._session.execute(insert(PageRow).on_conflict_do_nothing(), pages)

    def page(self, document_id: DocumentId, number: int) -> Page:
        """One page, whole."""
        pages = self.pages(document_id, limit=1, after=number - 1)
        if not pages or pages[0].number != number:
            raise PageNotFound(f"The document has no page {number}.")
        return pages[0]

    def pages(self, document_id: DocumentId, *, limit: int | None = None, after: int = 0) -> Sequence[Page]:
        """Pages in order, whole, from behind page `after`."""
        self._row(document_id)
        mine = (PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id, PageRow.number > after)
        # Rows are not kept in the session: a document of 2,000 pages would stay in memory.
        columns = select(*PageRow.__table__.c).where(*mine).order_by(PageRow.number).limit(limit)
        return [page_of(row) for row in self._session.execute(columns)]

    def numbered_pages(self, document_id: DocumentId, numbers: Sequence[int]) -> Sequence[Page]:
        """Some pages, whole and in order; those that are not there are left out."""
        mine = (PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id, PageRow.number.in_(numbers))
        columns = select(*PageRow.__table__.c).where(*mine).order_by(PageRow.number)
        return [page_of(row) for row in self._session.execute(columns)]

    def hold_blob(self, sha256: Sha256) -> None:
        """Keep others from deciding about a blob until the transaction ends."""
        hold_blob(self._session, sha256)

    def page_states(self, document_id: DocumentId) -> Sequence[PageState]:
        """Every page's state, in order."""
        self._row(document_id)
        mine = (PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id)
        states = select(PageRow.state).where(*mine).order_by(PageRow.number)
        return [PageState(state) for state in self._session.scalars(states)]

    def pages_at_fault(self, document_id: DocumentId, code: str) -> Sequence[int]:
        """Numbers of the pages whose fault has this code, in order."""
        mine = (PageRow.tenant_id == self._tenant_id, PageRow.document_id == document_id)
        numbers = select(PageRow.number).where(*mine, PageRow.fault_code == code).order_by(PageRow.number)
        return self._session.scalars(numbers).all()

    def state_counts(self, document_ids: Collection[DocumentId]) -> Mapping[DocumentId, Mapping[PageState, int]]:
        """How many pages are in which state, by document; documents without pages are left out."""
        mine = (PageRow.tenant_id == self._tenant_id, PageRow.document_id.in_(document_ids))
        counted = select(PageRow.document_id, PageRow.state, func.count()).where(*mine)
        found: dict[DocumentId, dict[PageState, int]] = {}
        for document_id, state, n in self._session.execute(counted.group_by(PageRow.document_id, PageRow.state)):
            found.setdefault(DocumentId(document_id), {})[PageState(state)] = n
        return found

    def mark_pages(
        self, document_id: DocumentId, numbers: Collection[int], state: PageState, fault: Fault | None = None
    ) -> None:
        """Set the state and the fault of many pages at once, and drop what pages of that state do not have."""
        mark_pages(self._session, self._tenant_id, document_id, numbers, state=state, fault=fault)

    def save_page(self, page: Page) -> None:
        """Replace all that is known of a page, in one go.

        Raises:
            DocumentNotFound: the tenant has no such document.
        """
        save_page(self._session, self._tenant_id, page)

    def _row(self, document_id: DocumentId, *, hold: bool = False) -> DocumentRow:
        mine = (DocumentRow.tenant_id == self._tenant_id, DocumentRow.id == document_id)
        wanted = select(DocumentRow).where(*mine)
        row = self._session.scalars(wanted.with_for_update() if hold else wanted, execution_options=_FRESH).first()
        if row is None:
            raise DocumentNotFound(f"There is no document {document_id}.")
        return row

    def _must_change(self, statement: Update | Delete, document_id: DocumentId) -> None:
        if self._session.scalars(statement.returning(DocumentRow.id)).first() is None:
            raise DocumentNotFound(f"There is no document {document_id}.")


def _changing_columns(document: Document) -> dict[str, Any]:
    return {
        "name": document.name,
        "status": document.status,
        "n_pages": document.n_pages,
        "title": document.title,
        "security": document.security,
        "fault_code": document.fault and document.fault.code,
        "fault_message": document.fault and document.fault.message,
        "updated_at": document.updated_at,
    }


def _document_of(row: DocumentRow) -> Document:
    return Document(
        id=DocumentId(row.id),
        tenant_id=TenantId(row.tenant_id),
        name=row.name,
        sha256=Sha256(row.sha256),
        media_type=MediaType(row.media_type),
        n_bytes=row.n_bytes,
        status=DocumentStatus(row.status),
        epoch=row.epoch,
        n_pages=row.n_pages,
        title=row.title,
        security=row.security,
        fault=_fault_of(row),
        metadata=row.user_metadata,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _fault_of(row: DocumentRow) -> Fault | None:
    return None if row.fault_code is None else Fault(code=row.fault_code, message=row.fault_message or "")
