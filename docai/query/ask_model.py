"""A question to a vision-language model: the best pages as images of one prompt, and what is left of its reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai import prompts
from docai.domain.answers import Answer, AnswerForm, CrossCheck, Hit, ModelUse, Question, TextPiece
from docai.domain.documents import Page
from docai.domain.generations import Decoding, GenerationRequest
from docai.domain.ids import TenantId
from docai.errors import EngineError
from docai.protocols import Cancellation
from docai.query.answer_reply import SCHEMA, AnswerSaid, AnswerSoFar, answer_said
from docai.query.model_json import Reply, ask, fill
from docai.query.shown_pages import Camera, Shown, show
from docai.query.unverified import DOUBTED
from docai.query.verify_answer import Verified, verified

SEES_NOTHING = "The model sees no answer on the pages that it was shown."
_BASE = 0.8
"""How sure an answer is of which the engine gives no probabilities."""
_DOUBT_LEFT = 0.5
"""What is left of the doubt where the extractive reader says the same."""
_DIFFERS = 0.8
"""What is left of the confidence where it says something else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the pages that may answer it."""

    tenant_id: TenantId
    question: Question
    pages: Sequence[tuple[Hit, Page]]
    floor: Answer
    """What the extractive reader says: the answer's id and time, and what it falls back to."""


class ModelAsker:
    """Asks one model. Thread-safe."""

    def __init__(self, camera: Camera) -> None:
        """Ask the camera's model."""
        self._camera = camera

    def news(self, asked: Asked, cancel: Cancellation | None = None) -> Iterator[TextPiece | Answer]:
        """The answer's text as it is written, then the answer; the extractive one where the model's cannot be used."""
        model, prompt = self._camera.model, prompts.load("answer")
        text = fill(prompt.text, {"question": asked.question.text})
        named = [(hit.document_name, page) for hit, page in asked.pages]
        shown = show(self._camera, named, text=text, at_most=len(named))
        use = ModelUse(model=model.name, prompt=prompt.ref, shown=shown.facts, left_out=shown.left_out)
        if not shown.images:
            reasons = "; ".join(dict.fromkeys(page.reason for page in shown.left_out))
            yield _fallen_back(asked, use, f"No page could be shown to the model: {reasons or 'none was found'}")
            return
        request = GenerationRequest(
            images=shown.images,
            prompt=text,
            decoding=Decoding(max_tokens=self._camera.output_tokens, wants_logprobs=True),
            schema=SCHEMA,
            priority=-1,
            tenant=str(asked.tenant_id),
        )
        so_far, reply = AnswerSoFar(), None
        try:
            for said in ask(model, request, answer_said, cancel=cancel):
                if isinstance(said, Reply):
                    reply = said
                elif gained := so_far.add(said):
                    yield TextPiece(gained)
        except EngineError as error:
            yield _fallen_back(asked, use, error.message)
            return
        assert reply is not None
        used = use.model_copy(update={"usage": reply.usage})
        if reply.content is None:
            yield _fallen_back(asked, used, reply.problem or "It said nothing.")
        else:
            yield _answer(asked, reply.content, reply.probability, shown, used)


def _answer(asked: Asked, said: AnswerSaid, probability: float | None, shown: Shown, use: ModelUse) -> Answer:
    if said.abstains:
        return _made(asked, use, said, None, reason=_why_nothing(use), confidence=probability or _BASE)
    held = verified(said, shown, reader=use.model)
    if held.refusal is not None:
        return _made(asked, use, said, None, reason=held.refusal, confidence=0.0)
    return _made(asked, use, said, held, reason=None, confidence=_confidence(asked, said, held, probability))


def _made(
    asked: Asked, use: ModelUse, said: AnswerSaid, held: Verified | None, *, reason: str | None, confidence: float
) -> Answer:
    floor = asked.floor
    return Answer(
        id=floor.id,
        question=asked.question,
        answerable=held is not None,
        text=said.answer.strip() if held is not None else None,
        confidence=confidence,
        citations=held.citations if held is not None else (),
        reason=reason,
        engine=use.model,
        form=said.type if held is not None else AnswerForm.NONE,
        is_verified=held is None or held.is_verified,
        steps=held.steps if held is not None else (),
        cross_check=CrossCheck(
            engine=floor.engine,
            text=floor.text,
            agrees=_agrees(said.answer, floor.text) if held is not None and floor.text is not None else None,
            confidence=floor.confidence,
        ),
        model=use,
        created_at=floor.created_at,
    )


def _fallen_back(asked: Asked, use: ModelUse, problem: str) -> Answer:
    return asked.floor.model_copy(update={"model": use.model_copy(update={"problem": problem})})


def _why_nothing(use: ModelUse) -> str:
    if not use.left_out:
        return SEES_NOTHING
    left = ", ".join(f"page {page.page_number} of {page.document_name}" for page in use.left_out)
    return f"{SEES_NOTHING} It was not shown {left}: {use.left_out[0].reason}"


def _confidence(asked: Asked, said: AnswerSaid, held: Verified, probability: float | None) -> float:
    sure = _BASE if probability is None else probability
    read = [c.evidence.confidence for c in held.citations]
    sure *= min(read, default=0.0) ** 0.5 if held.is_verified else DOUBTED
    if asked.floor.text is None:
        return sure
    return 1 - (1 - sure) * _DOUBT_LEFT if _agrees(said.answer, asked.floor.text) else sure * _DIFFERS


def _agrees(one: str, other: str) -> bool:
    """Whether two answers say the same, but for marks, case, and words around it."""
    a, b = _words(one), _words(other)
    shorter, longer = sorted((a, b), key=len)
    return bool(shorter) and f" {shorter} " in f" {longer} "


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:[.,]\d+)*", text.casefold().replace(",", "")))
