"""Deletions: what is to be removed beside the rows, and whether it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from docai.domain.erasures import Erasure, ErasureState
from docai.domain.ids import DocumentId, ErasureId, Sha256, TenantId
from docai.errors import ErasureNotFound
from docai.stores.postgres.work import NOW
from docai.stores.postgres.work_tables import BatchEntryRow, ErasureRow, EventRow, IdempotencyKeyRow

FORGOTTEN = "(deleted)"
"""Stands for a deleted document's name in the batch that it came with."""


class PostgresErasures:
    """`ErasureRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, erasure: Erasure, blobs: Sequence[Sha256], *, verify_after_s: float) -> None:
        """Keep a deletion."""
        after = NOW + func.make_interval(0, 0, 0, 0, 0, 0, verify_after_s)
        row = insert(ErasureRow).values(erasure.model_dump() | {"blobs": list(blobs), "verify_after": after})
        self._session.execute(row)

    def get(self, erasure_id: ErasureId) -> Erasure:
        """One deletion."""
        row = self._session.get(ErasureRow, (self._tenant_id, erasure_id))
        if row is None:
            raise ErasureNotFound(f"There is no erasure {erasure_id}.")
        return _erasure_of(row)

    def looked(self, erasure: Erasure) -> None:
        """Keep what was found when it was looked for what is left."""
        found = erasure.model_dump(include={"state", "n_vectors_left", "verified_at"})
        if erasure.state is ErasureState.VERIFIED:
            found["blobs"] = []
        mine = (ErasureRow.tenant_id == self._tenant_id, ErasureRow.id == erasure.id)
        self._session.execute(update(ErasureRow).where(*mine).values(found))

    def forget_mentions(self, document_id: DocumentId) -> None:
        """Remove what else says something of a document."""
        of_document = {"tenant_id": self._tenant_id, "document_id": document_id}
        self._session.execute(delete(EventRow).filter_by(**of_document))
        self._session.execute(update(BatchEntryRow).filter_by(**of_document).values(name=FORGOTTEN))
        names_it = IdempotencyKeyRow.mentions.contains([document_id])
        answered = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.tenant_id == self._tenant_id, names_it)
        self._session.execute(answered)


class PostgresErasureQueue:
    """`ErasureQueue` over the table of deletions."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def due(self, limit: int) -> Sequence[tuple[Erasure, Sequence[Sha256]]]:
        """Those that may be verified now, with their blobs, oldest first."""
        is_due = (ErasureRow.state == ErasureState.ERASING, ErasureRow.verify_after < NOW)
        oldest = select(ErasureRow).where(*is_due).order_by(ErasureRow.verify_after).limit(limit)
        with self._transaction() as session:
            return [(_erasure_of(row), [Sha256(b) for b in row.blobs]) for row in session.scalars(oldest)]


def _erasure_of(row: ErasureRow) -> Erasure:
    return Erasure(
        id=ErasureId(row.id),
        tenant_id=TenantId(row.tenant_id),
        document_id=DocumentId(row.document_id),
        state=ErasureState(row.state),
        n_pages=row.n_pages,
        n_blobs=row.n_blobs,
        n_vectors_left=row.n_vectors_left,
        requested_at=row.requested_at,
        verified_at=row.verified_at,
    )
