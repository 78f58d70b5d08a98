"""IndexEntry and IndexState: the page indexes there are, which of them is searched, and what each was built with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from docai.domain.ids import DocumentId, TenantId

PagePlace = tuple[TenantId, DocumentId, int]
"""A page among those of all tenants: whose, of which document, its number."""


class IndexState(StrEnum):
    """Which part an index plays; one is active at a time."""

    BUILDING = "building"
    """Being filled by `docai index build`; not searched yet."""
    ACTIVE = "active"
    """Searched, and written to by workers."""
    PREVIOUS = "previous"
    """What was active before the last switch, kept to go back to."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One page index: all pages under one encoder."""

    encoder: str
    """Fingerprint of the encoder."""
    dimension: int
    """D, the length of a vector."""
    model: str
    """What the encoder is called in the settings, for people."""
    state: IndexState
    golden: bytes
    """What the encoder gave for the golden page and query when the index was made."""
    created_at: datetime
    activated_at: datetime | None = None
    """When it last became active."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query that a process without the encoder wants embedded by one that has it."""

    id: int
    encoder: str
    text: str


@dataclass(frozen=True, slots=True)
class QueryReply:
    """What became of a `QueryRequest`: vectors and tokens, or a fault."""

    vectors: npt.NDArray[np.float32]  # (Q, D); no rows where the text has nothing to look for, or at a fault
    tokens: tuple[str, ...] = ()
    fault_code: str | None = None
    fault_message: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedQuery:
    """A search that somebody made, kept to compare indexes by."""

    tenant_id: TenantId
    text: str
