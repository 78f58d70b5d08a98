"""Which pages of a tenant stand in which index; written with what else is known of the page."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from docai.domain.ids import DocumentId, TenantId
from docai.stores.postgres.index_tables import PageEmbeddingRow, PageIndexRow
from docai.stores.postgres.locks import hold_document


class PostgresEmbeddings:
    """`EmbeddingRecords` of one tenant.

    A row says that the page, as it was read last, was embedded: vectors were written before it, and it is forgotten
    under every encoder when the page is queued to be read again (`PostgresDocuments.mark_pages`). What the page's old
    vectors may leave in an index is then replaced when it is embedded again, or removed if it has nothing to embed;
    if it cannot be read any more, the worker takes them out.
    """

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def record(self, document_id: DocumentId, page_number: int, encoder: str, n_vectors: int) -> None:
        """A page was embedded; with 0 vectors there was nothing to embed, and nothing stands in the index.

        Where the index was removed meanwhile there is nothing to record.

        Raises:
            DocumentNotFound: the tenant has no such document (any more).
        """
        hold_document(self._session, self._tenant_id, document_id)
        key = ("tenant_id", "document_id", "page_number", "index_id")
        place = (literal(self._tenant_id), literal(document_id), literal(page_number))
        # Held, so that it is not removed before this is committed.
        index = select(*place, PageIndexRow.id, literal(n_vectors)).where(PageIndexRow.encoder == encoder)
        held = index.with_for_update(read=True, key_share=True, of=PageIndexRow)
        recorded = insert(PageEmbeddingRow).from_select([*key, "n_vectors"], held)
        self._session.execute(
            recorded.on_conflict_do_update(index_elements=key, set_={"n_vectors": recorded.excluded.n_vectors})
        )

    def forget(self, document_id: DocumentId, page_numbers: Collection[int], encoder: str) -> None:
        """These pages are in the index no longer, or never were."""
        index_id = select(PageIndexRow.id).where(PageIndexRow.encoder == encoder).scalar_subquery()
        pages = PageEmbeddingRow.page_number.in_(page_numbers)
        self._session.execute(
            delete(PageEmbeddingRow).where(*self._of(document_id), pages, PageEmbeddingRow.index_id == index_id)
        )

    def of_document(self, document_id: DocumentId, encoder: str) -> dict[int, int]:
        """A document's pages in an index: number to vectors, 0 for pages that have nothing to embed."""
        counted = (
            select(PageEmbeddingRow.page_number, PageEmbeddingRow.n_vectors)
            .join(PageIndexRow, PageIndexRow.id == PageEmbeddingRow.index_id)
            .where(*self._of(document_id), PageIndexRow.encoder == encoder)
            .order_by(PageEmbeddingRow.page_number)
        )
        return {row.page_number: row.n_vectors for row in self._session.execute(counted)}

    def _of(self, document_id: DocumentId) -> tuple[ColumnElement[bool], ...]:
        return PageEmbeddingRow.tenant_id == self._tenant_id, PageEmbeddingRow.document_id == document_id


def forget_everywhere(session: Session, tenant_id: TenantId, document_id: DocumentId, numbers: Collection[int]) -> None:
    """Pages are to be read again: what was embedded of them, under whatever encoder, is of another reading."""
    session.execute(
        delete(PageEmbeddingRow).where(
            PageEmbeddingRow.tenant_id == tenant_id,
            PageEmbeddingRow.document_id == document_id,
            PageEmbeddingRow.page_number.in_(numbers),
        )
    )
