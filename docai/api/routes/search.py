"""Question to pages."""

from __future__ import annotations

from fastapi import APIRouter

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.schemas.answers import HitOut, SearchOut
from docai.api.schemas.questions import SearchIn

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.post("")
def search_pages(wanted: SearchIn, system: SystemDep, tenant_id: TenantDep) -> SearchOut:
    """The pages that answer best, each with the words that say why."""
    question = wanted.to_question()
    hits = system.search(tenant_id, question)
    return SearchOut(query=question.text, mode=question.mode, hits=[HitOut.of(hit) for hit in hits])
