"""What must be remembered of deletions until nothing is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from docai.domain.erasures import Erasure
from docai.domain.ids import DocumentId, ErasureId, Sha256


class ErasureRecords(Protocol):
    """Deletions of one tenant."""

    def add(self, erasure: Erasure, blobs: Sequence[Sha256], *, verify_after_s: float) -> None:
        """Keep a deletion, in the transaction that deletes the document's rows; `blobs` are to be removed."""

    def get(self, erasure_id: ErasureId) -> Erasure:
        """One deletion.

        Raises:
            ErasureNotFound: the tenant has none of this id.
        """

    def looked(self, erasure: Erasure) -> None:
        """Keep what was found when it was looked for what is left; once verified, the blobs' names are forgotten."""

    def forget_mentions(self, document_id: DocumentId) -> None:
        """Remove what else says something of a document: its events, kept answers to uploads, its name in batches."""


class ErasureQueue(Protocol):
    """Deletions of all tenants that are not verified yet."""

    def due(self, limit: int) -> Sequence[tuple[Erasure, Sequence[Sha256]]]:
        """Those that may be verified now, with their blobs, oldest first. Raises `StoreUnavailable`."""
