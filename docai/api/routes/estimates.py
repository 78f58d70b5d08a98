"""What reading a document with a vision-language model would take, told before any job runs."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from docai.api.dependencies import LimitsDep, SystemDep, TenantDep
from docai.api.schemas.estimates import AssumptionsOut, EstimateOut, TotalsOut, readings_of, split
from docai.api.schemas.problems import UPLOAD_PROBLEMS
from docai.domain.ids import DocumentId, TenantId
from docai.domain.plans import PagePlan, UnplannedPage
from docai.errors import DocumentTooLarge, InvalidRequest, ModelUnknown
from docai.patches.estimates import totals
from docai.pipeline.plan import DocumentPlans, Plans
from docai.protocols.generating import ImageRule

router = APIRouter(prefix="/v1/estimates", tags=["estimates"])

ESTIMATE_THREADS = 2
"""Documents measured at once: each takes a process of the PDF sandbox, and uploads and readers come first."""
LONGEST_S = 60.0
"""Pages that are not measured by then are counted, and left."""

_TEXT = {"type": "string"}
BODY_SCHEMA: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "PDF, PNG, JPEG or TIFF."},
                        "document_id": {"type": "string", "format": "uuid", "description": "A document that is here."},
                        "model": {
                            **_TEXT,
                            "description": "Name of the model, as `docai plan --models` lists them; else the one that "
                            "is configured.",
                            "examples": ["qwen2.5-vl-7b"],
                        },
                        "password": {**_TEXT, "description": "Opens an encrypted PDF; it is not kept."},
                    },
                    "oneOf": [{"required": ["file"]}, {"required": ["document_id"]}],
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says."""

    file: BinaryIO | None
    document_id: DocumentId | None
    model: str | None
    password: str | None


@router.post("", openapi_extra=BODY_SCHEMA, responses=UPLOAD_PROBLEMS)
async def estimate(request: Request, system: SystemDep, tenant_id: TenantDep, limits: LimitsDep) -> EstimateOut:
    """Tokens, resolution, memory, time and cost of every page with a model; nothing is read, kept or queued."""
    threads: CapacityLimiter = request.app.state.estimate_threads
    try:
        form = await request.form(max_files=1, max_fields=4)
    except HTTPException as error:  # as in `docai.api.uploads`
        raise InvalidRequest(f"The form cannot be read: {error.detail}") from error
    try:
        asked = _asked(form, limits.max_bytes)
        rule = _rule(system.plans, asked.model)
        return await to_thread.run_sync(_estimated, system.plans, tenant_id, asked, rule, limiter=threads)
    finally:
        await form.close()


def _asked(form: FormData, max_bytes: int) -> Asked:
    file, document_id = form.get("file"), form.get("document_id")
    if isinstance(file, UploadFile) == bool(document_id):
        raise InvalidRequest("Send either a file in a field named `file`, or the id of a document as `document_id`.")
    try:
        known = DocumentId(UUID(str(document_id))) if document_id else None
    except ValueError as error:
        raise InvalidRequest("document_id: no id of a document.") from error
    sent = file if isinstance(file, UploadFile) else None
    if sent is not None and (sent.size or 0) > max_bytes:
        raise DocumentTooLarge(f"The file has more than {max_bytes:,} bytes, the limit.", limit=max_bytes)
    return Asked(None if sent is None else sent.file, known, _text(form, "model"), _text(form, "password"))


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) and value else None


def _rule(plans: Plans, model: str | None) -> ImageRule:
    try:
        return plans.required_rule(model)
    except ModelUnknown as error:  # here it is the caller who names it
        raise InvalidRequest(f"model: {error.message}", **error.details) from error


def _estimated(plans: Plans, tenant_id: TenantId, asked: Asked, rule: ImageRule) -> EstimateOut:
    until = time.monotonic() + LONGEST_S
    planned: list[PagePlan | UnplannedPage] = []
    with ExitStack() as stack:
        document = stack.enter_context(_opened(plans, tenant_id, asked, rule, stack))
        for page in document.pages:
            planned.append(page)
            if time.monotonic() > until:
                break
    pages, unplanned = split(planned)
    return EstimateOut(
        model=rule.name,
        n_pages=document.n_pages,
        n_left=document.n_pages - len(planned),
        pages=pages,
        unplanned=unplanned,
        totals=TotalsOut.of(totals(readings_of(planned)), plans.currency),
        assumptions=AssumptionsOut(),
    )


def _opened(
    plans: Plans, tenant_id: TenantId, asked: Asked, rule: ImageRule, stack: ExitStack
) -> AbstractContextManager[DocumentPlans]:
    if asked.document_id is not None:
        return plans.of_document(tenant_id, asked.document_id, password=asked.password, rule=rule)
    assert asked.file is not None
    # The sandbox is handed a path; what was sent has none as long as it is small.
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="docai-estimate-"))
    path = Path(folder, "document")
    with path.open("wb") as copy:
        shutil.copyfileobj(asked.file, copy)
    return plans.of_file(path, password=asked.password, rule=rule)
