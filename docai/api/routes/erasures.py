"""Follow a deletion."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.schemas.erasures import ErasureOut
from docai.domain.erasures import ErasureState
from docai.domain.ids import ErasureId

router = APIRouter(prefix="/v1/erasures", tags=["documents"])


@router.get("/{erasure_id}")
def read_erasure(erasure_id: UUID, response: Response, system: SystemDep, tenant_id: TenantDep) -> ErasureOut:
    """A deletion's receipt as of now."""
    erasure = system.erasure(tenant_id, ErasureId(erasure_id))
    if erasure.state is not ErasureState.VERIFIED:
        response.headers["Retry-After"] = "5"
    return ErasureOut.of(erasure)
