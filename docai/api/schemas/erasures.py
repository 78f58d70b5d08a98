"""Deletions on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.wire import WireModel
from docai.domain.erasures import Erasure, ErasureState


class ErasureOut(WireModel):
    """The receipt of a deletion."""

    id: UUID
    document_id: UUID
    state: ErasureState = Field(
        description="`erasing`: it is gone for everybody; a worker may still hold it. `verified`: after the last lease "
        "it was looked for in every store, and nothing was left."
    )
    n_pages: int
    n_blobs: int = Field(description="Files removed: those that no other document has too.")
    n_vectors_left: int | None
    requested_at: datetime
    verified_at: datetime | None

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        """From the domain."""
        return cls(**erasure.model_dump(exclude={"tenant_id"}))
