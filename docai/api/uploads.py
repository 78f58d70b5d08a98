"""The file of an upload: from a form or a raw body, spooled to disk, never held in memory whole."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from docai.api.metadata import METADATA_ENCODING, METADATA_SCHEMA, read_metadata
from docai.errors import InvalidRequest

SPOOL_BYTES = 1024 * 1024
"""Gathered before it is written, and kept in memory below this size."""
UPLOAD_THREADS = 4
"""Threads that write, hash and sync files, so that many uploads leave the others to those who read."""

BODY_SCHEMA: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "PDF, PNG, JPEG or TIFF."},
                        "password": {
                            "type": "string",
                            "description": "Opens an encrypted PDF; kept sealed until its job ends.",
                        },
                        "metadata": METADATA_SCHEMA,
                    },
                },
                "encoding": METADATA_ENCODING,
            },
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "description": "The file itself; `?name=` names it."}
            },
        },
    }
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file."""

    stream: BinaryIO
    name: str
    password: str | None
    metadata: dict[str, str] | None
    """None: nothing was said."""


@asynccontextmanager
async def received(request: Request, name: str | None, threads: CapacityLimiter) -> AsyncIterator[Upload]:
    """Receive the upload, writing in `threads`; its temporary file is gone afterwards.

    Raises:
        ClientDisconnect: the connection ended before the body did.
        InvalidRequest: the form is malformed, has no `file` or several, or `metadata` that is no object of strings.
    """
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        try:
            form = await request.form(max_files=1, max_fields=4)
        except HTTPException as error:  # what Starlette makes of a MultiPartException within an application
            raise InvalidRequest(f"The form cannot be read: {error.detail}") from error
        try:
            yield _from_form(form, name)
        finally:
            await form.close()
        return
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed below, in a thread
    try:
        gathered = bytearray()
        async for chunk in request.stream():
            gathered += chunk
            if len(gathered) >= SPOOL_BYTES:
                await to_thread.run_sync(spool.write, bytes(gathered), limiter=threads)
                gathered.clear()
        await to_thread.run_sync(spool.write, bytes(gathered), limiter=threads)
        spool.seek(0)
        yield Upload(cast("BinaryIO", spool), name or "document", None, None)
    finally:
        # To give a large file's place back takes as long as many an answer; and it must be given back in any case.
        with CancelScope(shield=True):
            await to_thread.run_sync(spool.close, limiter=threads)


def _from_form(form: FormData, name: str | None) -> Upload:
    file, password = form.get("file"), form.get("password")
    if not isinstance(file, UploadFile):
        raise InvalidRequest("The form has no file in a field named `file`, or the upload was cut off.")
    secret = password if isinstance(password, str) and password else None
    metadata = read_metadata(form.get("metadata"))
    return Upload(file.file, name or file.filename or "document", secret, metadata)
