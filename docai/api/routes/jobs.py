"""List jobs, follow one, cancel it, have what failed done again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from docai.api.dependencies import JobsDep, ListPageDep, SystemDep, TenantDep, cursor_after, time_and_id
from docai.api.schemas.jobs import JobListOut, JobOut, RetryIn, priority_of
from docai.api.streams import MOST_AT_ONCE, Streams
from docai.domain.events import Event
from docai.domain.ids import JobId, TenantId
from docai.domain.jobs import JobPlace, JobState
from docai.errors import InvalidRequest
from docai.jobs.commands import Jobs

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

RETRY_AFTER_S = 1
MAX_EVENT_ID = 2**63 - 1
"""The largest that the database can hold."""


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


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Until the job has ended."},
        204: {"description": "The job has ended, and everything was told: do not come back."},
    },
)
async def follow_job(
    job_id: UUID,
    request: Request,
    jobs: JobsDep,
    tenant_id: TenantDep,
    after: Annotated[int, Query(ge=0, le=MAX_EVENT_ID, description="Only what came behind this event.")] = 0,
    last_event_id: Annotated[str | None, Header(description="Of a client that comes back.")] = None,
) -> Response:
    """What happened to a job and what happens to it, as server-sent events."""
    streams: Streams = request.app.state.streams
    streams.admit()
    seen = after if not last_event_id else _event_id(last_event_id)
    look = partial(_look, jobs, tenant_id, JobId(job_id))
    job = await run_in_threadpool(jobs.get, tenant_id, JobId(job_id))
    if job.state.is_final and not await streams.look(look, seen):
        return Response(status_code=204)
    unbuffered = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(streams.told(look, seen), media_type="text/event-stream", headers=unbuffered)


@router.post("/{job_id}:cancel")
def cancel_job(job_id: UUID, jobs: JobsDep, tenant_id: TenantDep) -> JobOut:
    """End a job now. Pages that were read are kept; a job that ended otherwise gives 409."""
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


def _look(jobs: Jobs, tenant_id: TenantId, job_id: JobId, after: int) -> Sequence[Event]:
    return jobs.events(tenant_id, job_id, after=after, limit=MOST_AT_ONCE)


def _event_id(text: str) -> int:
    # Its length first: Python reads no number of thousands of digits.
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_EVENT_ID):
        raise InvalidRequest("Last-Event-ID: not one that we gave.")
    return int(text)


def _place(after: str) -> JobPlace:
    created_at, job_id = time_and_id(after)
    return created_at, JobId(job_id)
