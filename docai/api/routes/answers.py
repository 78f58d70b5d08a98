"""Question to cited answer."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.responses import StreamingResponse

from docai.api.dependencies import SystemDep, TenantDep
from docai.api.errors import problem_of
from docai.api.negotiation import accepted
from docai.api.schemas.answers import AnswerOut
from docai.api.schemas.questions import AnswerIn
from docai.api.streams import Streams

router = APIRouter(prefix="/v1/answers", tags=["answers"])

EVENTS = "text/event-stream"


@router.post(
    "",
    response_model=AnswerOut,
    responses={
        200: {"content": {EVENTS: {}}, "description": "The answer, or, as events, what is told until it is made."}
    },
)
def answer_question(
    asked: AnswerIn,
    request: Request,
    system: SystemDep,
    tenant_id: TenantDep,
    accept: Annotated[str | None, Header(description=f"`{EVENTS}` for server-sent events.")] = None,
) -> AnswerOut | Response:
    """The answer with page, box and quoted words; or `answerable: false` when nothing on the pages says it.

    As server-sent events: `pages`, `text` while a model writes, then `answer`, which alone was held against the pages;
    or `error`.
    """
    question = asked.to_question()
    if accepted(accept, ("application/json", EVENTS)) != EVENTS:
        return AnswerOut.of(system.answer(tenant_id, question))
    streams: Streams = request.app.state.streams
    streams.admit()
    cancel = threading.Event()
    news = system.answer_news(tenant_id, question, cancel=cancel)
    told = streams.answered(next(news), news, cancel, lambda error: problem_of(error, request.state.request_id))
    return StreamingResponse(told, media_type=EVENTS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
