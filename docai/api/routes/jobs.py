"""Follow a job."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.schemas.documents import JobOut
from docai.domain.ids import JobId

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("/{job_id}")
def read_job(job_id: UUID, response: Response, system: SystemDep, tenant_id: TenantDep) -> JobOut:
    """A job's state and progress."""
    job = system.job(tenant_id, JobId(job_id))
    if not job.state.is_final:
        response.headers["Retry-After"] = "1"
    return JobOut.of(job)
