"""The fusion of rankings into one, and what each of them adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.domain.explanations import RankScore
from docai.domain.ids import DocumentId

Place = tuple[DocumentId, int]
"""A document and a page number."""
Ranking = Sequence[tuple[DocumentId, int, float]]
"""Pages with their scores, best first."""

TEXT = "text"
LATE_INTERACTION = "late_interaction"


@dataclass(frozen=True, slots=True)
class FusionPolicy:
    """The settings of the fusion."""

    rrf_k: int
    """The constant of reciprocal-rank fusion."""
    text_weight: float
    late_interaction_weight: float


@dataclass(frozen=True, slots=True)
class Fused:
    """A page with its place in the rankings."""

    place: Place
    score: float
    ranks: dict[str, int]
    """By ranking; without those that do not have the page."""
    scores: dict[str, float]


def fused(by_text: Ranking, by_vectors: Ranking, policy: FusionPolicy) -> list[Fused]:
    """Weighted reciprocal-rank fusion (Cormack, Clarke and Buettcher 2009), best first."""
    ranks: dict[Place, dict[str, int]] = {}
    scores: dict[Place, dict[str, float]] = {}
    for name, ranking in ((TEXT, by_text), (LATE_INTERACTION, by_vectors)):
        for rank, (document_id, number, score) in enumerate(ranking, start=1):
            ranks.setdefault((document_id, number), {})[name] = rank
            scores.setdefault((document_id, number), {})[name] = score
    found = [
        Fused(place, sum(part.score for part in rank_scores(of_page, policy)), of_page, scores[place])
        for place, of_page in ranks.items()
    ]
    return sorted(found, key=lambda page: -page.score)


def rank_scores(ranks: dict[str, int], policy: FusionPolicy) -> tuple[RankScore, ...]:
    """What each ranking adds to a page's fused score."""
    weights = {TEXT: policy.text_weight, LATE_INTERACTION: policy.late_interaction_weight}
    return tuple(
        RankScore(ranking=name, rank=rank, weight=weights[name], score=weights[name] / (policy.rrf_k + rank))
        for name, rank in ranks.items()
    )
