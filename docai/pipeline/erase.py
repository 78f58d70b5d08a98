"""Erase a document from every store, and look again when no worker can still be writing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from docai.domain.erasures import Erasure, ErasureState
from docai.domain.events import EventKind, NewEvent
from docai.domain.ids import DocumentId, ErasureId, Sha256, TenantId
from docai.domain.jobs import JobState
from docai.errors import StoreError
from docai.pipeline.parts import Parts
from docai.protocols import UnitOfWork
from docai.telemetry import ERASURES, log

GRACE_S = 3.0
"""Beyond the last lease: a worker that just lost it takes back what it wrote."""
_AT_ONCE = 100


class Eraser:
    """Deletes documents: hidden at once, erased in the same call where nobody holds them, verified in any case."""

    def __init__(self, parts: Parts, *, lease_s: float) -> None:
        """Delete from these stores.

        Args:
            parts: the stores.
            lease_s: for how long a worker may hold work of a document without saying anything, seconds.
        """
        self._parts = parts
        self._lease_s = lease_s

    def erase(self, tenant_id: TenantId, document_id: DocumentId) -> Erasure:
        """Delete a document with everything made of it, and give the receipt as it stands.

        The rows go in one transaction, so that it is gone at once and every worker that holds work of it is refused.
        Vectors and files follow; a store that is away gets its turn when it is back.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        with self._parts.records.unit_of_work(tenant_id) as unit:
            # Held first: what a worker saved just before is seen here, and what it would save after is refused.
            unit.work.hold(document_id)
            is_held = _may_be_held(unit, document_id)
            n_pages = len(unit.documents.page_states(document_id))
            blobs = unit.documents.delete(document_id)
            erasure = Erasure(
                id=ErasureId(uuid4()),
                tenant_id=tenant_id,
                document_id=document_id,
                state=ErasureState.ERASING,
                n_pages=n_pages,
                n_blobs=len(blobs),
                requested_at=datetime.now(UTC),
            )
            verify_after_s = self._lease_s + GRACE_S if is_held else 0.0
            unit.erasures.forget_mentions(document_id)
            unit.erasures.add(erasure, blobs, verify_after_s=verify_after_s)
            unit.events.add(NewEvent(kind=EventKind.DOCUMENT_DELETED, document_id=document_id))
        try:
            return self._look(erasure, blobs, may_verify=not is_held)
        except StoreError as error:
            log("erasure goes on later", level="warning", document=str(document_id), code=error.code)
            return erasure

    def verify(self) -> None:
        """Look at every deletion whose last lease has run out; what is found is removed.

        Raises:
            StoreUnavailable: a store does not answer.
        """
        for erasure, blobs in self._parts.records.erasures.due(_AT_ONCE):
            try:
                self._look(erasure, blobs, may_verify=True)
            except StoreError as error:  # one that goes wrong again and again must not keep the others
                log("erasure goes on later", level="warning", document=str(erasure.document_id), code=error.code)

    def _look(self, erasure: Erasure, blobs: Sequence[Sha256], *, may_verify: bool) -> Erasure:
        index, tenant_id, document_id = self._parts.index, erasure.tenant_id, erasure.document_id
        index.delete(tenant_id, document_id, range(1, erasure.n_pages + 1))
        left = index.page_numbers(tenant_id, document_id)
        if left:
            index.delete(tenant_id, document_id, left)
            left = index.page_numbers(tenant_id, document_id)
        for sha256 in blobs:
            self._remove_unnamed(tenant_id, sha256)
        is_verified = may_verify and not left
        looked = erasure.model_copy(
            update={
                "state": ErasureState.VERIFIED if is_verified else ErasureState.ERASING,
                "n_vectors_left": len(left),
                "verified_at": datetime.now(UTC) if is_verified else None,
            }
        )
        with self._parts.records.unit_of_work(tenant_id) as unit:
            unit.erasures.looked(looked)
        if is_verified:
            ERASURES.observe((datetime.now(UTC) - erasure.requested_at).total_seconds())
        return looked

    def _remove_unnamed(self, tenant_id: TenantId, sha256: Sha256) -> None:
        """Remove a file that no document of anybody names; held, so that nobody names it just then."""
        with self._parts.records.unit_of_work(tenant_id) as unit:
            unit.documents.hold_blob(sha256)
            for orphan in unit.documents.unreferenced([sha256]):
                self._parts.blobs.delete(orphan)

    def collect(self, older_than_s: float) -> int:
        """Remove files that no document names and that are older than any work on one; gives how many.

        They are what a worker wrote just before it was killed.

        Raises:
            StoreUnavailable: a store does not answer.
        """
        n_removed, chunk = 0, []
        for sha256 in self._parts.blobs.older_than(older_than_s):
            chunk.append(sha256)
            if len(chunk) == _AT_ONCE:
                n_removed += self._collect_chunk(chunk)
                chunk = []
        return n_removed + self._collect_chunk(chunk)

    def _collect_chunk(self, chunk: Sequence[Sha256]) -> int:
        if not chunk:
            return 0
        nobody = TenantId(uuid4())
        with self._parts.records.unit_of_work(nobody) as unit:
            orphans = unit.documents.unreferenced(chunk)
        for orphan in orphans:
            self._remove_unnamed(nobody, orphan)
        return len(orphans)


def _may_be_held(unit: UnitOfWork, document_id: DocumentId) -> bool:
    """Whether a worker may still be at work on a document: it is being read, or a worker does not yet know better."""
    if not unit.documents.get(document_id).status.is_final:
        return True
    newest = unit.jobs.of_document(document_id)
    return newest is not None and newest.state is JobState.CANCELLED
