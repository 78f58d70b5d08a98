"""Blobs that were stored for a result before it was saved: kept while some page names them, taken back if none does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from docai.domain.ids import Sha256, TenantId
from docai.pipeline.parts import Parts


def put_again(parts: Parts, tenant_id: TenantId, blobs: Mapping[Sha256, bytes]) -> None:
    """Store what is gone although it is named by now.

    Another document with the same blob was deleted between our storing and our saving; or ours was just now.
    """
    for sha256, content in blobs.items():
        if parts.blobs.has(sha256):
            continue
        with parts.records.unit_of_work(tenant_id) as unit:
            unit.documents.hold_blob(sha256)
            if not unit.documents.unreferenced([sha256]):
                parts.blobs.put(content)


def take_back(parts: Parts, tenant_id: TenantId, blobs: Collection[Sha256]) -> None:
    """Remove what was just stored if nothing of anybody names it."""
    for sha256 in blobs:
        with parts.records.unit_of_work(tenant_id) as unit:
            unit.documents.hold_blob(sha256)
            for orphan in unit.documents.unreferenced([sha256]):
                parts.blobs.delete(orphan)
