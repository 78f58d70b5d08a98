"""Upload, list, read, delete."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import Annotated
from uuid import UUID

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Body, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse

from docai.api.dependencies import LimitsDep, ListPageDep, SystemDep, TenantDep, cursor_after, time_and_id
from docai.api.min_verdict import MinVerdict, floor_of, with_marks
from docai.api.negotiation import accepted
from docai.api.schemas.documents import DocumentListOut, DocumentOut, SubmissionOut, UploadOptions
from docai.api.schemas.erasures import ErasureOut
from docai.api.schemas.jobs import JobOut, RereadIn, priority_of
from docai.api.schemas.pages import ContentOut
from docai.api.schemas.problems import UPLOAD_PROBLEMS
from docai.api.schemas.tables import TableListOut
from docai.api.uploads import BODY_SCHEMA, received
from docai.domain.documents import DocumentPlace
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.domain.jobs import Job
from docai.errors import InvalidRequest, PageOutOfRange
from docai.rendering.csv import table_csv
from docai.rendering.html import document_html, tables_html
from docai.rendering.markdown import document_markdown
from docai.system import System

router = APIRouter(prefix="/v1/documents", tags=["documents"])

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content-Security-Policy of rendered documents: nothing in them may run or load."""
RETRY_AFTER_S = 2
FIRST_LOOK_S = 0.05
LONGEST_PAUSE_S = 0.5
"""Between two looks of a waiting request at its job."""


@router.post(
    "",
    status_code=202,
    openapi_extra=BODY_SCHEMA,
    response_model=SubmissionOut,
    responses={
        **UPLOAD_PROBLEMS,
        200: {"model": SubmissionOut, "description": "Read already, or within the time asked for."},
    },
)
async def upload_document(
    request: Request,
    response: Response,
    system: SystemDep,
    tenant_id: TenantDep,
    limits: LimitsDep,
    options: Annotated[UploadOptions, Query()],
    prefer: Annotated[str | None, Header(description="`wait=N`: answer when done, after N seconds at most.")] = None,
) -> SubmissionOut:
    """Take a document in: PDF, PNG, JPEG or TIFF. The same bytes are the same document."""
    threads: CapacityLimiter = request.app.state.upload_threads
    await run_in_threadpool(system.admission.admit, tenant_id)  # before a body is read for nothing
    async with received(request, options.name, threads) as upload:
        submit = partial(
            system.submit,
            password=upload.password,
            priority=priority_of(options.priority),
            metadata=upload.metadata,
        )
        submission = await to_thread.run_sync(submit, tenant_id, upload.stream, upload.name, limiter=threads)
    wait_s = min(_wait(prefer), limits.max_wait_s)
    if wait_s > 0:
        job = await _ended(system, tenant_id, submission.job.id, wait_s)
        document = await run_in_threadpool(system.document, tenant_id, submission.document.id)
        submission = type(submission)(document=document, job=job, is_new=submission.is_new)
        response.headers["Preference-Applied"] = f"wait={wait_s:g}"
    response.headers["Location"] = f"/v1/documents/{submission.document.id}"
    response.headers["Operation-Location"] = f"/v1/jobs/{submission.job.id}"
    if submission.job.state.is_final:
        response.status_code = 200
    else:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return SubmissionOut.of(submission)


@router.get("")
def list_documents(system: SystemDep, tenant_id: TenantDep, page: ListPageDep) -> DocumentListOut:
    """Documents, newest first."""
    after = None if page.after is None else _place(page.after)
    found = system.documents(tenant_id, limit=page.limit + 1, after=after)
    shown, has_more = found[: page.limit], len(found) > page.limit
    return DocumentListOut(
        data=[DocumentOut.of(document) for document in shown],
        has_more=has_more,
        next_cursor=cursor_after(f"{shown[-1].created_at.isoformat()} {shown[-1].id}") if has_more else None,
    )


@router.get("/{document_id}")
def read_document(document_id: UUID, system: SystemDep, tenant_id: TenantDep) -> DocumentOut:
    """One document."""
    return DocumentOut.of(system.document(tenant_id, DocumentId(document_id)))


@router.delete("/{document_id}", status_code=202)
def delete_document(document_id: UUID, response: Response, system: SystemDep, tenant_id: TenantDep) -> ErasureOut:
    """Delete a document with everything made of it. It is gone at once; the receipt says when that was verified."""
    erasure = system.delete(tenant_id, DocumentId(document_id))
    response.headers["Location"] = f"/v1/erasures/{erasure.id}"
    return ErasureOut.of(erasure)


@router.post("/{document_id}:reread", status_code=202)
def reread_document(
    document_id: UUID,
    response: Response,
    system: SystemDep,
    tenant_id: TenantDep,
    how: Annotated[RereadIn | None, Body()] = None,
) -> JobOut:
    """Have pages read again by the settings of now; 409 while the document is being read.

    What they said before stays as revisions, a person's corrections too; a result that comes out the same makes no new
    one.
    """
    asked = how or RereadIn()
    system.admission.admit(tenant_id)
    job = system.jobs.reread(
        tenant_id,
        DocumentId(document_id),
        pages=asked.pages,
        password=asked.password,
        priority=priority_of(asked.priority or "normal"),
    )
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return JobOut.of(job)


@router.get(
    "/{document_id}/content",
    response_model=ContentOut,
    responses={200: {"content": {"text/markdown": {}, "text/html": {}}}},
)
def read_content(
    document_id: UUID,
    system: SystemDep,
    tenant_id: TenantDep,
    min_verdict: MinVerdict = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """What the document says, in reading order: JSON with evidence, Markdown or HTML, by `Accept`.

    Where `min_verdict` withholds a text, Markdown and HTML have its verdict in brackets instead.
    """
    kind = accepted(accept, ["application/json", "text/markdown", "text/html"])
    document, pages = system.content(tenant_id, DocumentId(document_id))
    floor = floor_of(min_verdict)
    if kind == "text/markdown":
        return PlainTextResponse(document_markdown([with_marks(p, floor) for p in pages]), media_type="text/markdown")
    if kind == "text/html":
        return HTMLResponse(
            document_html(document, [with_marks(page, floor) for page in pages]),
            headers={"Content-Security-Policy": PAGE_POLICY, "X-Content-Type-Options": "nosniff"},
        )
    return JSONResponse(ContentOut.of(document, pages, floor).model_dump(mode="json"))


@router.get(
    "/{document_id}/tables",
    response_model=TableListOut,
    responses={200: {"content": {"text/csv": {}, "text/html": {}}}},
)
def read_tables(
    document_id: UUID,
    system: SystemDep,
    tenant_id: TenantDep,
    number: Annotated[int | None, Query(ge=1, description="Only this table of the document.")] = None,
    min_verdict: MinVerdict = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """The document's tables: JSON with a box and evidence for every cell, CSV (one table) or HTML, by `Accept`.

    In JSON, tables that go on over pages stand under `joined` once more, put together. Where `min_verdict` withholds a
    text, CSV and HTML have its verdict in brackets instead.
    """
    kind = accepted(accept, ["application/json", "text/csv", "text/html"])
    document, pages = system.content(tenant_id, DocumentId(document_id))
    floor = floor_of(min_verdict)
    marked = [with_marks(page, floor) for page in pages]
    if kind == "text/html" and number is None:
        return HTMLResponse(
            tables_html(document, marked),
            headers={"Content-Security-Policy": PAGE_POLICY, "X-Content-Type-Options": "nosniff"},
        )
    tables = [table for page in marked if page.parse for table in page.parse.tables]
    if number is not None and number > len(tables):
        raise PageOutOfRange(f"The document has {len(tables)} tables.", n_tables=len(tables))
    if kind == "text/csv":
        if number is None and len(tables) != 1:
            raise InvalidRequest(f"CSV holds one table; choose one of {len(tables)} with ?number=.")
        return PlainTextResponse(table_csv(tables[(number or 1) - 1]), media_type="text/csv")
    return JSONResponse(TableListOut.of(pages, number=number, floor=floor).model_dump(mode="json"))


async def _ended(system: System, tenant_id: TenantId, job_id: JobId, wait_s: float) -> Job:
    """The job, once it has ended or the time is up; no thread waits with it."""
    deadline = time.monotonic() + wait_s
    pause_s = FIRST_LOOK_S
    while True:
        job = await run_in_threadpool(system.job, tenant_id, job_id)
        left_s = deadline - time.monotonic()
        if job.state.is_final or left_s <= 0:
            return job
        await anyio.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def _wait(prefer: str | None) -> float:
    """Seconds of RFC 7240's `wait` preference; 0 without one."""
    found = re.search(r"(?:^|[\s,;])wait\s*=\s*\"?(\d+)", prefer or "", re.IGNORECASE)
    return float(found[1]) if found else 0.0


def _place(after: str) -> DocumentPlace:
    created_at, document_id = time_and_id(after)
    return created_at, DocumentId(document_id)
