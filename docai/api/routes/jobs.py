"""List jobs, follow one, cancel it, have what failed done again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from docai.api.dependencies import JobsDep, ListPageDep, SystemDep, TenantDep, cursor_after, time_and_id
from docai.api.schemas.jobs import JobListOut, JobOut, RetryIn, priority_of
from docai.domain.ids import JobId
from docai.domain.jobs import JobPlace, JobState

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

RETRY_AFTER_S = 1


@router.get("")
def list_jobs(
    jobs: JobsDep,
    tenant_id: TenantDep,
    page: ListPageDep,
    state: Annotated[list[JobState], Query(description="Only jobs in this state; may be given several times.")] = [],  # noqa: B006 - FastAPI copies it
) -> JobListOut:
    """Jobs, newest first."""
    after = None if page.after is None else _place(page.after)
    found = jobs.list(tenant_id, limit=page.limit + 1, after=after, states=state)
    shown, has_more = found[: page.limit], len(found) > page.limit
    return JobListOut(
        data=[JobOut.of(job) for job in shown],
        has_more=has_more,
        next_cursor=cursor_after(f"{shown[-1].created_at.isoformat()} {shown[-1].id}") if has_more else None,
    )


@router.get("/{job_id}")
def read_job(job_id: UUID, response: Response, jobs: JobsDep, tenant_id: TenantDep) -> JobOut:
    """A job's state and progress."""
    job = jobs.get(tenant_id, JobId(job_id))
    if not job.state.is_final:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return JobOut.of(job)


@router.post("/{job_id}:cancel")
def cancel_job(job_id: UUID, jobs: JobsDep, tenant_id: TenantDep) -> JobOut:
    """End a job now. Pages that were read are kept; a job that ended otherwise gives 409, one cancelled before itself."""
    return JobOut.of(jobs.cancel(tenant_id, JobId(job_id)))


@router.post("/{job_id}:retry", status_code=202)
def retry_job(
    job_id: UUID,
    response: Response,
    system: SystemDep,
    tenant_id: TenantDep,
    how: Annotated[RetryIn | None, Body()] = None,
) -> JobOut:
    """Have what failed of the job's document read again by a new job; 409 while it is read, or where nothing failed."""
    asked = how or RetryIn()
    system.admission.admit(tenant_id)
    priority = None if asked.priority is None else priority_of(asked.priority)
    job = system.jobs.retry(tenant_id, JobId(job_id), password=asked.password, priority=priority)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return JobOut.of(job)


def _place(after: str) -> JobPlace:
    created_at, job_id = time_and_id(after)
    return created_at, JobId(job_id)
