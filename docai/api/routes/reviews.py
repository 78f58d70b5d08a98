"""A person's corrections, the results that a page has had, and how they differ."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.min_verdict import MinVerdict, floor_of
from docai.api.routes.pages import PageNumber
from docai.api.schemas.revisions import DiffOut, PageReviewIn, RevisionDetailOut, RevisionListOut, RevisionOut
from docai.domain.ids import DocumentId
from docai.errors import RevisionNotFound

router = APIRouter(prefix="/v1", tags=["reviews"])

_OF_PAGE = "/documents/{document_id}/pages/{number}"
_RevisionNumber = Annotated[int, Path(ge=1, le=1_000_000, description="Counts from 1 within the page.")]


@router.post("/reviews", status_code=201)
def review_page(wanted: PageReviewIn, response: Response, system: SystemDep, tenant_id: TenantDep) -> RevisionOut:
    """Keep what a person says of a page's values as a further revision of it; nothing is overwritten.

    The values are held against the witnesses again, and the page's checks and flags are made anew. Search finds the
    page by what it says now; its vectors are of the print, which no correction changes.
    """
    revision = system.reviewing.review(
        tenant_id,
        DocumentId(wanted.document_id),
        wanted.page,
        [correction.to_correction() for correction in wanted.corrections],
        author=wanted.author,
        note=wanted.note,
        base_revision=wanted.base_revision,
    )
    page_url = f"/v1/documents/{revision.document_id}/pages/{revision.page_number}"
    response.headers["Location"] = f"{page_url}/revisions/{revision.number}"
    return RevisionOut.of(revision)


@router.get(f"{_OF_PAGE}/revisions")
def list_revisions(document_id: UUID, number: PageNumber, system: SystemDep, tenant_id: TenantDep) -> RevisionListOut:
    """Every result that a page has or had, newest first; none for a page that was never read to its end."""
    found = system.reviewing.revisions(tenant_id, DocumentId(document_id), number)
    return RevisionListOut(data=[RevisionOut.of(revision) for revision in found])


@router.get(f"{_OF_PAGE}/revisions/{{revision}}")
def read_revision(
    document_id: UUID,
    number: PageNumber,
    revision: _RevisionNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    min_verdict: MinVerdict = None,
) -> RevisionDetailOut:
    """One of them with its blocks, tables, evidence and checks."""
    found = system.reviewing.revision(tenant_id, DocumentId(document_id), number, revision)
    return RevisionDetailOut.of_whole(found, floor_of(min_verdict))


@router.get(f"{_OF_PAGE}/diff")
def compare_revisions(
    document_id: UUID,
    number: PageNumber,
    system: SystemDep,
    tenant_id: TenantDep,
    before: Annotated[
        int | None, Query(ge=1, le=1_000_000, description="A revision; by default the one before `after`.")
    ] = None,
    after: Annotated[int | None, Query(ge=1, le=1_000_000, description="A revision; by default the newest.")] = None,
) -> DiffOut:
    """In which values two results of a page differ."""
    of_page = (tenant_id, DocumentId(document_id), number)
    if after is None:
        found = system.reviewing.revisions(*of_page)
        if not found:
            raise RevisionNotFound(f"Page {number} has no result yet.")
        after = found[0].number
    before = max(after - 1, 1) if before is None else before
    return DiffOut.of(system.reviewing.diff(*of_page, before, after), before=before, after=after)
