"""Explanation: what made a page's place among the hits, number by number."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box


class TokenScore(BaseModel):
    """What one query token adds to a page's MaxSim: its best product with any of the page's vectors."""

    model_config = ConfigDict(frozen=True)

    number: int
    """Place among the query's tokens, from 1."""
    token: str
    word: str | None = None
    """The word that met it best; None where vectors are of patches."""
    box: Box | None = None
    """The patch or word that met it best; None where that is not known."""
    similarity: float
    """Cosine of the two vectors, before weighting."""
    weight: float
    """The token's weight in this query: 1 where the encoder weighs by context."""
    score: float
    """Similarity times weight; a page's MaxSim is the sum over the tokens."""


class TermScore(BaseModel):
    """What one term adds to a page's BM25 score."""

    model_config = ConfigDict(frozen=True)

    term: str
    weight: float
    """Its inverse document frequency among the tenant's pages."""
    score: float
    """0 where the page does not have it; a page's BM25 score is the sum over the terms."""


class RankScore(BaseModel):
    """What one ranking adds to a page's fused score."""

    model_config = ConfigDict(frozen=True)

    ranking: str
    """`late_interaction` or `text`."""
    rank: int
    weight: float
    """The ranking's weight in the fusion."""
    score: float
    """weight / (k + rank); a page's fused score is the sum over the rankings."""


class Explanation(BaseModel):
    """A hit's scores, stage by stage, and what each is the sum of."""

    model_config = ConfigDict(frozen=True)

    rankings: tuple[RankScore, ...] = ()
    candidate_score: float | None = None
    """First stage: MaxSim over the means of the page's runs, by which candidates are found where there are many pages.
    None, as the next, where the page is not in the index in use or its vectors were not searched."""
    late_interaction_score: float | None = None
    """Second stage: MaxSim over all of the page's vectors, as stored."""
    text_score: float | None = None
    """BM25; None where it was not asked."""
    tokens: tuple[TokenScore, ...] = ()
    """In the order of the query."""
    terms: tuple[TermScore, ...] = ()
