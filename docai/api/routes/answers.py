"""Question to cited answer."""

from __future__ import annotations

from fastapi import APIRouter

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.schemas.answers import AnswerOut
from docai.api.schemas.questions import AnswerIn

router = APIRouter(prefix="/v1/answers", tags=["answers"])


@router.post("")
def answer_question(asked: AnswerIn, system: SystemDep, tenant_id: TenantDep) -> AnswerOut:
    """The answer with page, box and quoted words; or `answerable: false` when nothing on the pages says it."""
    return AnswerOut.of(system.answer(tenant_id, asked.to_question()))
