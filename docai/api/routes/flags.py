"""What a person should look at: in one document, worst first, and in all of them, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from docai.api.dependencies import ListPageDep, SystemDep, TenantDep, cursor_after
from docai.api.schemas.flags import FlagListOut, FlagOut
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId
from docai.domain.kept_flags import DocumentFlagPlace, FlagPlace
from docai.errors import InvalidRequest

router = APIRouter(prefix="/v1", tags=["reviews"])

_MAX_DIGITS = 9
"""Of a page number, or a flag's: what the database can hold."""
_Kinds = Annotated[list[FlagKind], Query(description="Only of this kind; may be given several times.")]
_Severities = Annotated[list[Severity], Query(description="Only so bad; may be given several times.")]
_Pages = Annotated[
    list[Annotated[int, Query(ge=1, le=1_000_000)]],
    Query(description="Only of this page; may be given several times.", max_length=1000),
]


@router.get("/documents/{document_id}/flags")
def list_flags_of_document(
    document_id: UUID,
    system: SystemDep,
    tenant_id: TenantDep,
    part: ListPageDep,
    page: _Pages = [],  # noqa: B006 - FastAPI copies it
    kind: _Kinds = [],  # noqa: B006
    severity: _Severities = [],  # noqa: B006
) -> FlagListOut:
    """What a person should look at in a document, worst first and then by page. Readable while it is being read."""
    after = None if part.after is None else _place_in_document(part.after)
    found = system.reviewing.flags(
        tenant_id,
        DocumentId(document_id),
        pages=page,
        kinds=kind,
        severities=severity,
        limit=part.limit + 1,
        after=after,
    )
    shown, has_more = found[: part.limit], len(found) > part.limit
    last = shown[-1].place_in_document if has_more else None
    return FlagListOut(
        data=[FlagOut.of(flag) for flag in shown],
        has_more=has_more,
        next_cursor=None if last is None else cursor_after(" ".join((last[0].value, str(last[1]), str(last[2])))),
    )


@router.get("/flags")
def list_flags(
    system: SystemDep,
    tenant_id: TenantDep,
    part: ListPageDep,
    kind: _Kinds = [],  # noqa: B006
    severity: _Severities = [],  # noqa: B006
    since: Annotated[AwareDatetime | None, Query(description="Of results made then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Of results made before then.")] = None,
) -> FlagListOut:
    """What a person should look at in all documents, newest first; each page's flags are those of its newest result."""
    after = None if part.after is None else _place_in_time(part.after)
    found = system.reviewing.flags_of_tenant(
        tenant_id, kinds=kind, severities=severity, since=since, until=until, limit=part.limit + 1, after=after
    )
    shown, has_more = found[: part.limit], len(found) > part.limit
    last = shown[-1].place_in_time if has_more else None
    return FlagListOut(
        data=[FlagOut.of(flag) for flag in shown],
        has_more=has_more,
        next_cursor=None if last is None else cursor_after(" ".join((last[0].isoformat(), *map(str, last[1:])))),
    )


def _place_in_document(after: str) -> DocumentFlagPlace:
    try:
        severity, page, number = after.split(" ")
        return Severity(severity), _count(page), _count(number)
    except ValueError as error:
        raise InvalidRequest("cursor: not one that we gave.") from error


def _place_in_time(after: str) -> FlagPlace:
    try:
        time, document_id, page, number = after.split(" ")
        return datetime.fromisoformat(time), DocumentId(UUID(document_id)), _count(page), _count(number)
    except ValueError as error:
        raise InvalidRequest("cursor: not one that we gave.") from error


def _count(text: str) -> int:
    # Its length first: Python reads no number of thousands of digits.
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise ValueError("no count")
    return int(text)
