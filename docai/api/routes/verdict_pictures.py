"""A page with what the witnesses say of it drawn over it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.routes.pages import PNG, PageNumber
from docai.domain.ids import DocumentId
from docai.errors import DocumentNotReady, PageNotFound
from docai.rendering.verdict_pictures import verdict_picture
from docai.rendering.verdict_styles import PictureMark, marks_named

router = APIRouter(prefix="/v1/documents/{document_id}/pages", tags=["pages"])

_AS_OF_NOW = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
"""A correction changes the picture."""
_MARKS = ", ".join(PictureMark)


@router.get("/{number}/verdicts", response_class=Response, responses=PNG)
def read_verdicts(
    document_id: UUID,
    number: PageNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    only: Annotated[
        str | None,
        Query(
            description=f"What to draw, separated by commas: {_MARKS}. Everything where it is left out.",
            examples=["conflict,partial"],
            max_length=200,
        ),
    ] = None,
) -> Response:
    """The page in grey with every value's box coloured by its verdict, and a legend with counts below it.

    Omissions are hatched, corrected values have a black corner, failed checks are underlined and numbered.
    """
    wanted = marks_named(only)
    page = system.page(tenant_id, DocumentId(document_id), number)
    if page.parse is None:
        if not page.state.is_final:
            raise DocumentNotReady("The page is still being read; follow the document's job and ask again.")
        raise PageNotFound("Nothing was read on this page, so there is nothing to draw.")
    picture = verdict_picture(system.page_image(tenant_id, DocumentId(document_id), number), page.parse, only=wanted)
    return Response(picture, media_type="image/png", headers=_AS_OF_NOW)
