"""Typed ids and content hashes."""

from __future__ import annotations

import hashlib
from typing import NewType
from uuid import UUID, uuid4, uuid5

TenantId = NewType("TenantId", UUID)
DocumentId = NewType("DocumentId", UUID)
JobId = NewType("JobId", UUID)
KeyId = NewType("KeyId", UUID)
AnswerId = NewType("AnswerId", UUID)
PointId = NewType("PointId", UUID)
BatchId = NewType("BatchId", UUID)
WebhookId = NewType("WebhookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
ErasureId = NewType("ErasureId", UUID)
ExtractionId = NewType("ExtractionId", UUID)
WorkerId = NewType("WorkerId", UUID)
Sha256 = NewType("Sha256", str)
"""A content hash: 64 lower-case hexadecimal digits."""


def new_document_id() -> DocumentId:
    """A fresh random document id."""
    return DocumentId(uuid4())


def new_job_id() -> JobId:
    """A fresh random job id."""
    return JobId(uuid4())


def new_batch_id() -> BatchId:
    """A fresh random batch id."""
    return BatchId(uuid4())


def new_answer_id() -> AnswerId:
    """A fresh random answer id."""
    return AnswerId(uuid4())


def new_extraction_id() -> ExtractionId:
    """A fresh random extraction id."""
    return ExtractionId(uuid4())


def sha256_of(content: bytes) -> Sha256:
    """The content hash of `content`."""
    return Sha256(hashlib.sha256(content).hexdigest())


def point_id(document_id: DocumentId, page_number: int, encoder: str) -> PointId:
    """The index point of one page under one encoder: the same inputs give the same id, so a repeat overwrites."""
    return PointId(uuid5(document_id, f"{page_number}/{encoder}"))
