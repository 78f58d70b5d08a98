"""Keep a document from being deleted under a transaction that writes what hangs on it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docai.domain.ids import DocumentId, TenantId
from docai.errors import DocumentNotFound
from docai.stores.postgres.tables import DocumentRow


def hold_document(session: Session, tenant_id: TenantId, document_id: DocumentId) -> None:
    """Lock the document against deletion until the transaction ends; other writers are not kept waiting.

    Raises:
        DocumentNotFound: the tenant has none of this id.
    """
    mine = (DocumentRow.tenant_id == tenant_id, DocumentRow.id == document_id)
    held = select(DocumentRow.id).where(*mine).with_for_update(read=True, key_share=True)
    if session.scalars(held).first() is None:
        raise DocumentNotFound(f"There is no document {document_id}.")
