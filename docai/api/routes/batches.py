"""Send many documents at once, see what became of each, cancel what is not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from docai.api.dependencies import LimitsDep, ListPage, ListPageDep, SystemDep, TenantDep, cursor_after
from docai.api.forms import SentFile, sent_files
from docai.api.metadata import METADATA_ENCODING, METADATA_SCHEMA, read_metadata
from docai.api.schemas.jobs import BatchOut, PriorityName, priority_of
from docai.api.schemas.problems import UPLOAD_PROBLEMS
from docai.domain.batches import Batch, BatchEntry
from docai.domain.documents import Fault
from docai.domain.ids import BatchId, TenantId
from docai.domain.jobs import Priority
from docai.errors import DocumentTooLarge, InputError, InvalidRequest, Overloaded, TooManyFiles
from docai.pipeline.ingest import clean_name
from docai.system import System

UPLOAD_PATH = "/v1/documents:batch"
router = APIRouter(tags=["batches"])

_METADATA_TEXT = "As for one document, and for each file that comes after it."
_FORM_SCHEMA: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "password": {
                            "type": "string",
                            "description": "Opens encrypted PDFs; comes before the files; kept sealed until read.",
                        },
                        "metadata": METADATA_SCHEMA | {"description": _METADATA_TEXT},
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
                    },
                },
                "encoding": METADATA_ENCODING,
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class _Intake:
    """Takes in one file of a batch after the other."""

    system: System
    tenant_id: TenantId
    priority: Priority
    max_bytes: int

    def take(self, position: int, sent: SentFile) -> BatchEntry:
        """What became of one file: a document, or why it was refused.

        Raises:
            StoreError: a store failed; that is not the file's fault.
            InvalidRequest: the metadata are no object of strings; nor is that.
        """
        name = clean_name(sent.name)
        metadata = read_metadata(sent.fields.get("metadata"))
        try:
            if sent.is_too_large:
                limit = self.max_bytes
                raise DocumentTooLarge(f"The file is larger than the limit of {limit} bytes.", limit=limit)
            self.system.admission.admit(self.tenant_id)
            password = sent.fields.get("password") or None
            taken = self.system.submit(
                self.tenant_id, sent.stream, name, password=password, priority=self.priority, metadata=metadata
            )
        except (InputError, Overloaded) as error:
            return BatchEntry(position=position, name=name, fault=Fault(code=error.code, message=error.message))
        return BatchEntry(
            position=position,
            name=name,
            document_id=taken.document.id,
            job_id=taken.job.id,
            is_new=taken.is_new,
        )


@router.post(UPLOAD_PATH, status_code=202, openapi_extra=_FORM_SCHEMA, responses=UPLOAD_PROBLEMS)
async def upload_batch(
    request: Request,
    response: Response,
    system: SystemDep,
    tenant_id: TenantDep,
    limits: LimitsDep,
    name: Annotated[str | None, Query(max_length=200, description="What to call the batch.")] = None,
    priority: Annotated[PriorityName, Query(description="What is read first.")] = "normal",
) -> BatchOut:
    """Take many documents in, each for itself: one that is refused, with its fault, keeps none of the others out."""
    threads: CapacityLimiter = request.app.state.upload_threads
    await run_in_threadpool(system.admission.admit, tenant_id)
    intake = _Intake(system, tenant_id, priority_of(priority), limits.max_bytes)
    entries: list[BatchEntry] = []
    files = sent_files(
        request, max_bytes=limits.max_bytes, off_loop=lambda act: to_thread.run_sync(act, limiter=threads)
    )
    async for sent in files:
        if len(entries) >= limits.max_batch_files:
            raise TooManyFiles(
                f"A batch has {limits.max_batch_files} files at most; those before were taken in: send the rest in "
                "another one.",
                limit=limits.max_batch_files,
            )
        entries.append(await to_thread.run_sync(intake.take, len(entries), sent, limiter=threads))
    if not entries:
        raise InvalidRequest("The form has no file.")
    batch = await run_in_threadpool(system.batches.add, tenant_id, name, entries)
    response.headers["Location"] = f"/v1/batches/{batch.id}"
    if not batch.is_final:
        response.headers["Retry-After"] = "2"
    return await run_in_threadpool(_shown, system, tenant_id, batch, ListPage(limits.max_page_size, None))


@router.get("/v1/batches/{batch_id}")
def read_batch(
    batch_id: UUID,
    system: SystemDep,
    tenant_id: TenantDep,
    page: ListPageDep,
    refused: Annotated[bool | None, Query(description="Only files that were refused, or only the others.")] = None,
) -> BatchOut:
    """A batch: how its jobs stand, and its files in the order sent."""
    batch = system.batches.get(tenant_id, BatchId(batch_id))
    return _shown(system, tenant_id, batch, page, is_refused=refused)


@router.post("/v1/batches/{batch_id}:cancel")
def cancel_batch(batch_id: UUID, system: SystemDep, tenant_id: TenantDep, limits: LimitsDep) -> BatchOut:
    """Cancel what the batch brought in and is not read yet; documents that were here before are left alone."""
    batch = system.batches.cancel(tenant_id, BatchId(batch_id))
    return _shown(system, tenant_id, batch, ListPage(limits.max_page_size, None))


def _shown(
    system: System, tenant_id: TenantId, batch: Batch, page: ListPage, *, is_refused: bool | None = None
) -> BatchOut:
    after = -1 if page.after is None else _position(page.after)
    found = system.batches.entries(tenant_id, batch.id, limit=page.limit + 1, after=after, is_refused=is_refused)
    shown, has_more = found[: page.limit], len(found) > page.limit
    return BatchOut.of(batch, shown, cursor_after(shown[-1].position) if has_more else None)


def _position(after: str) -> int:
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise InvalidRequest("cursor: not one that we gave.")
    return int(after)
