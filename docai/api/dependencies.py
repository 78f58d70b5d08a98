"""What a route may ask for: the system, the tenant, the limits, a page of a list."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from docai.domain.ids import TenantId
from docai.errors import InvalidRequest
from docai.jobs.commands import Jobs
from docai.system import System
from docai.webhooks.registry import Webhooks


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """The settings that bound a request."""

    max_bytes: int
    max_wait_s: float
    max_page_size: int
    max_batch_files: int = 5000
    max_batch_bytes: int = 20_000_000_000
    max_streams: int = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    """Which part of a list is asked for."""

    limit: int
    after: str | None
    """What the cursor holds: the last entry already seen."""


def _system(request: Request) -> System:
    system: System = request.app.state.system
    return system


def _jobs(request: Request) -> Jobs:
    return _system(request).jobs


def _webhooks(request: Request) -> Webhooks:
    return _system(request).webhooks


def _limits(request: Request) -> ApiLimits:
    limits: ApiLimits = request.app.state.limits
    return limits


def _tenant_id(request: Request) -> TenantId:
    tenant_id: TenantId = request.state.tenant.id
    return tenant_id


def _list_page(
    request: Request,
    limit: Annotated[int, Query(ge=1, description="Most entries to give.")] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the answer before.", max_length=200)] = None,
) -> ListPage:
    largest = _limits(request).max_page_size
    if limit > largest:
        raise InvalidRequest(f"limit: at most {largest}.", limit=largest)
    if cursor is None:
        return ListPage(limit, None)
    try:
        return ListPage(limit, base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii"))
    except (binascii.Error, UnicodeError) as error:
        raise InvalidRequest("cursor: not one that we gave.") from error


def time_and_id(after: str) -> tuple[datetime, UUID]:
    """A place in a list that is ordered by time and id, from what a cursor holds.

    Raises:
        InvalidRequest: it is none.
    """
    time, _, identity = after.partition(" ")
    try:
        return datetime.fromisoformat(time), UUID(identity)
    except ValueError as error:
        raise InvalidRequest("cursor: not one that we gave.") from error


def cursor_after(last: object) -> str:
    """The opaque cursor that reads on behind `last`."""
    return base64.urlsafe_b64encode(str(last).encode("ascii")).decode("ascii")


JobsDep = Annotated[Jobs, Depends(_jobs)]
SystemDep = Annotated[System, Depends(_system)]
WebhooksDep = Annotated[Webhooks, Depends(_webhooks)]
LimitsDep = Annotated[ApiLimits, Depends(_limits)]
TenantDep = Annotated[TenantId, Depends(_tenant_id)]
ListPageDep = Annotated[ListPage, Depends(_list_page)]
