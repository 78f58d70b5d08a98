"""What was found and answered, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.explanations import ExplanationOut
from docai.api.schemas.model_use import ModelUseOut
from docai.api.schemas.wire import WireModel
from docai.domain.answers import (
    Answer,
    AnswerForm,
    AnswerKind,
    Citation,
    CrossCheck,
    Hit,
    Match,
    SearchMode,
    Step,
)


class MatchOut(WireModel):
    """A query token and the word of the page that met it best."""

    token: str
    word: str
    box: BoxOut
    similarity: float
    weight: float

    @classmethod
    def of(cls, match: Match) -> Self:
        """From the domain."""
        return cls(
            token=match.token,
            word=match.word,
            box=box_out(match.box),
            similarity=round(match.similarity, 4),
            weight=round(match.weight, 4),
        )


class HitOut(WireModel):
    """A page that was found, and why."""

    document_id: UUID
    document_name: str
    page: int
    score: float = Field(description="Comparable within one search only.")
    late_interaction_rank: int | None
    late_interaction_score: float | None
    text_rank: int | None
    text_score: float | None
    encoder: str | None = Field(description="Whose vectors were searched; null where none were.")
    matches: list[MatchOut]
    snippet: str
    explanation: ExplanationOut | None = Field(description="Null unless it was asked for.")
    image_url: str
    heat_map_url: str

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """From the domain."""
        page_url = f"/v1/documents/{hit.document_id}/pages/{hit.page_number}"
        return cls(
            document_id=hit.document_id,
            document_name=hit.document_name,
            page=hit.page_number,
            score=hit.score,
            late_interaction_rank=hit.late_interaction_rank,
            late_interaction_score=hit.late_interaction_score,
            text_rank=hit.text_rank,
            text_score=hit.text_score,
            encoder=hit.encoder,
            matches=[MatchOut.of(match) for match in hit.matches],
            snippet=hit.snippet,
            explanation=ExplanationOut.of(hit.explanation),
            image_url=f"{page_url}/image",
            heat_map_url=f"{page_url}/heat-map",
        )


class SearchOut(WireModel):
    """Pages, best first."""

    query: str
    mode: SearchMode
    hits: list[HitOut]


class PagesOut(WireModel):
    """The pages that an answer is looked for on, best first."""

    pages: list[HitOut]


class TextOut(WireModel):
    """A piece of an answer that a model writes, before anything has confirmed it."""

    text: str


class CitationOut(WireModel):
    """Where an answer stands."""

    document_id: UUID
    document_name: str
    page: int
    box: BoxOut
    quote: str = Field(description="The page's own words; the model's where the verdict is `model_only`.")
    evidence: EvidenceOut
    crop_url: str

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """From the domain."""
        evidence = EvidenceOut.of(citation.evidence)
        assert evidence is not None
        box = box_out(citation.box)
        crop = ",".join(str(edge) for edge in box)
        return cls(
            document_id=citation.document_id,
            document_name=citation.document_name,
            page=citation.page_number,
            box=box,
            quote=citation.quote,
            evidence=evidence,
            crop_url=f"/v1/documents/{citation.document_id}/pages/{citation.page_number}/image?crop={crop}",
        )


class StepOut(WireModel):
    """A step of arithmetic, done again by us."""

    expression: str
    result: float

    @classmethod
    def of(cls, step: Step) -> Self:
        """From the domain."""
        return cls(expression=step.expression, result=step.result)


class CrossCheckOut(WireModel):
    """What another reader says of the same pages, beside the one that answered."""

    engine: str
    answer: str | None = Field(
        description="Null: it abstained, or, where `agrees` is false, stands in a document that is not cited."
    )
    agrees: bool | None = Field(description="Null where one of the two abstained.")
    confidence: float

    @classmethod
    def of(cls, check: CrossCheck | None) -> Self | None:
        """From the domain."""
        if check is None:
            return None
        return cls(engine=check.engine, answer=check.text, agrees=check.agrees, confidence=round(check.confidence, 4))


class AnswerOut(WireModel):
    """An answer with its citations, or an abstention."""

    id: UUID
    question: str
    answerable: bool
    answer: str | None = Field(description="Null when nothing on the pages says it.")
    kind: AnswerKind | None
    confidence: float
    citations: list[CitationOut]
    reason: str | None = Field(description="Why we abstain.")
    engine: str
    type: AnswerForm | None = Field(description="Null where the extractive reader answered.")
    is_verified: bool = Field(description="Whether all that it rests on stands on the cited pages.")
    steps: list[StepOut]
    cross_check: CrossCheckOut | None
    model: ModelUseOut | None = Field(description="Null where no vision-language model was asked.")
    created_at: datetime

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """From the domain."""
        return cls(
            id=answer.id,
            question=answer.question.text,
            answerable=answer.answerable,
            answer=answer.text,
            kind=answer.kind,
            confidence=round(answer.confidence, 4),
            citations=[CitationOut.of(citation) for citation in answer.citations],
            reason=answer.reason,
            engine=answer.engine,
            type=answer.form,
            is_verified=answer.is_verified,
            steps=[StepOut.of(step) for step in answer.steps],
            cross_check=CrossCheckOut.of(answer.cross_check),
            model=ModelUseOut.of(answer.model),
            created_at=answer.created_at,
        )
