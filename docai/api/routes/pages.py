"""A page's ledger entry, content, image and heat map."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from docai.api.dependencies import ListPageDep, SystemDep, TenantDep, cursor_after
from docai.api.min_verdict import MinVerdict, floor_of
from docai.api.schemas.pages import PageDetailOut, PageListOut, PageOut
from docai.api.schemas.questions import SOMETHING
from docai.domain.answers import Question
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.errors import InvalidRequest, PageOutOfRange

router = APIRouter(prefix="/v1/documents/{document_id}/pages", tags=["pages"])

_MAX_DIGITS = 9
"""Of a page number: what the database can hold."""
PageNumber = Annotated[int, Path(ge=1, le=1_000_000, description="Counts from 1.")]
PNG: dict[int | str, dict[str, object]] = {200: {"content": {"image/png": {}}}}
PRIVATE = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
"""A page's image never changes, and is nobody else's business."""


@router.get("")
def list_pages(document_id: UUID, system: SystemDep, tenant_id: TenantDep, page: ListPageDep) -> PageListOut:
    """The ledger: every page with its state. Readable while the document is being read."""
    after = 0
    if page.after is not None:
        if not page.after.isdecimal() or len(page.after) > _MAX_DIGITS:
            raise InvalidRequest("cursor: not one that we gave.")
        after = int(page.after)
    found = system.pages(tenant_id, DocumentId(document_id), limit=page.limit + 1, after=after)
    shown, has_more = found[: page.limit], len(found) > page.limit
    return PageListOut(
        data=[PageOut.of(entry) for entry in shown],
        has_more=has_more,
        next_cursor=cursor_after(shown[-1].number) if has_more else None,
    )


@router.get("/{number}")
def read_page(
    document_id: UUID,
    number: PageNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    min_verdict: MinVerdict = None,
) -> PageDetailOut:
    """One page with its blocks, tables, words, evidence and checks. Tables are numbered within the page here."""
    page = system.page(tenant_id, DocumentId(document_id), number)
    return PageDetailOut.of_page(page, first_table=1, floor=floor_of(min_verdict))


@router.get("/{number}/image", response_class=Response, responses=PNG)
def read_image(
    document_id: UUID,
    number: PageNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    crop: Annotated[str | None, Query(description="x0,y0,x1,y1 as fractions of the page.", max_length=100)] = None,
) -> Response:
    """The page as it was drawn, or a part of it."""
    box = None if crop is None else _box(crop)
    image = system.page_image(tenant_id, DocumentId(document_id), number, crop=box)
    return Response(image, media_type="image/png", headers=PRIVATE)


@router.get("/{number}/heat-map", response_class=Response, responses=PNG)
def read_heat_map(
    document_id: UUID,
    number: PageNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    query: Annotated[str, Query(description="What was searched for.", json_schema_extra=SOMETHING)],
    token: Annotated[
        int | None, Query(ge=1, description="Only this one of the query's tokens: `number` of an explanation.")
    ] = None,
) -> Response:
    """The page with what met a query glowing: words, or the image's patches where vectors are of images."""
    image = system.heat_map(tenant_id, Question(text=query), DocumentId(document_id), number, token=token)
    return Response(image, media_type="image/png", headers=PRIVATE)


def _box(crop: str) -> Box:
    try:
        x0, y0, x1, y1 = (float(edge) for edge in crop.split(","))
    except ValueError as error:
        raise InvalidRequest("crop: four numbers, x0,y0,x1,y1.") from error
    if not (0 <= x0 <= x1 <= 1 and 0 <= y0 <= y1 <= 1):
        raise PageOutOfRange("crop: needs 0 <= x0 <= x1 <= 1 and 0 <= y0 <= y1 <= 1, in fractions of the page.")
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)
