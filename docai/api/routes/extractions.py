"""JSON Schema to fields with evidence."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.schemas.extractions import ExtractionIn, ExtractionOut
from docai.domain.ids import ExtractionId

router = APIRouter(prefix="/v1/extractions", tags=["extractions"])


@router.post("", status_code=201)
def extract(asked: ExtractionIn, response: Response, system: SystemDep, tenant_id: TenantDep) -> ExtractionOut:
    """The fields that a JSON Schema asks for, each with page, box and verdict; null where the documents do not say.

    409 while a document is still being read.
    """
    extraction = system.extractions.extract(tenant_id, asked.to_order())
    response.headers["Location"] = f"/v1/extractions/{extraction.id}"
    return ExtractionOut.of(extraction)


@router.get("/{extraction_id}")
def read_extraction(extraction_id: UUID, system: SystemDep, tenant_id: TenantDep) -> ExtractionOut:
    """An extraction as it was made; it is deleted with any of its documents."""
    return ExtractionOut.of(system.extractions.get(tenant_id, ExtractionId(extraction_id)))
