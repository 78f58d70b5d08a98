"""Keep a document or a blob from being deleted under a transaction that needs it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docai.domain.ids import DocumentId, Sha256, TenantId
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


def hold_blob(session: Session, sha256: Sha256) -> None:
    """Keep others from deciding about a blob until the transaction ends: whether it is kept, or removed unnamed.

    The lock's number is the hash's first 63 bits; two blobs that share them wait for one another, which harms nobody.
    """
    session.execute(select(func.pg_advisory_xact_lock(int(sha256[:16], 16) >> 1)))
