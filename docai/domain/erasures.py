"""Erasure: what became of everything that was made of a deleted document."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.ids import DocumentId, ErasureId, TenantId


class ErasureState(StrEnum):
    """Where an erasure stands."""

    ERASING = "erasing"
    """Hidden and its rows gone; vectors and files are being removed, or a worker may still hold a lease."""
    VERIFIED = "verified"
    """Looked for in every store after the last lease had run out, and nothing was found."""


class Erasure(BaseModel):
    """The receipt of a deletion: ids, counts and a hash, nothing of what the document said."""

    model_config = ConfigDict(frozen=True)

    id: ErasureId
    tenant_id: TenantId
    document_id: DocumentId
    state: ErasureState
    n_pages: int
    n_blobs: int
    """Files removed: the original and page images that no other document names."""
    n_vectors_left: int | None = None
    """Pages still in the index when it was last looked at; 0 once verified."""
    requested_at: datetime
    verified_at: datetime | None = None
