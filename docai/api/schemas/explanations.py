"""What made a hit's scores, on the wire."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.explanations import Explanation, RankScore, TermScore, TokenScore


class RankScoreOut(WireModel):
    """What one ranking adds to a page's fused score."""

    ranking: Literal["late_interaction", "text"]
    rank: int
    weight: float
    score: float = Field(description="weight / (k + rank); their sum is the hit's `score`.")

    @classmethod
    def of(cls, part: RankScore) -> Self:
        """From the domain."""
        return cls.model_validate(part.model_dump())


class TokenScoreOut(WireModel):
    """What one query token adds to a page's MaxSim."""

    number: int = Field(description="Place among the query's tokens, from 1: the heat map's `token`.")
    token: str
    word: str | None = Field(description="The word that met it best; null where vectors are of patches.")
    box: BoxOut | None = Field(description="The patch or word that met it best.")
    similarity: float = Field(description="Cosine of the two vectors.")
    weight: float
    score: float = Field(description="Similarity times weight; their sum is `late_interaction_score`.")

    @classmethod
    def of(cls, token: TokenScore) -> Self:
        """From the domain."""
        return cls(
            number=token.number,
            token=token.token,
            word=token.word,
            box=None if token.box is None else box_out(token.box),
            similarity=round(token.similarity, 4),
            weight=round(token.weight, 4),
            score=round(token.score, 4),
        )


class TermScoreOut(WireModel):
    """What one term adds to a page's BM25 score."""

    term: str
    weight: float = Field(description="Its inverse document frequency.")
    score: float = Field(description="0 where the page does not have it; their sum is `text_score`.")

    @classmethod
    def of(cls, term: TermScore) -> Self:
        """From the domain."""
        return cls(term=term.term, weight=round(term.weight, 4), score=round(term.score, 4))


class ExplanationOut(WireModel):
    """A hit's scores, stage by stage, and what each is the sum of."""

    rankings: list[RankScoreOut]
    candidate_score: float | None = Field(
        description="First stage: MaxSim over the means of the page's runs of vectors, by which candidates are found "
        "where there are many pages."
    )
    late_interaction_score: float | None = Field(description="Second stage: MaxSim over all of the page's vectors.")
    text_score: float | None = Field(description="BM25.")
    tokens: list[TokenScoreOut]
    terms: list[TermScoreOut]

    @classmethod
    def of(cls, explanation: Explanation | None) -> Self | None:
        """From the domain."""
        if explanation is None:
            return None
        return cls(
            rankings=[RankScoreOut.of(part) for part in explanation.rankings],
            candidate_score=explanation.candidate_score,
            late_interaction_score=explanation.late_interaction_score,
            text_score=explanation.text_score,
            tokens=[TokenScoreOut.of(token) for token in explanation.tokens],
            terms=[TermScoreOut.of(term) for term in explanation.terms],
        )
