"""What made the scores of hits, number by number: the means of runs, each query token, each term, each ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from docai.domain.answers import Hit
from docai.domain.documents import Page
from docai.domain.embeddings import PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.explanations import Explanation, TermScore, TokenScore
from docai.domain.geometry import Box
from docai.domain.ids import TenantId
from docai.late_interaction import max_sim, run_means
from docai.protocols import PageIndex, QueryEmbedder
from docai.query.fuse import LATE_INTERACTION, TEXT, FusionPolicy, Place, rank_scores

EXPLAINED_HITS = 20
"""Most hits of a search that are explained: each one's vectors are fetched from the index."""


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the hits of one search."""

    tenant_id: TenantId
    index: PageIndex
    embedder: QueryEmbedder
    policy: FusionPolicy
    query: QueryEmbedding | None
    """None where no vectors were searched."""
    weights: Mapping[str, float] | None
    """Of the query's terms; None where BM25 was not asked."""
    bm25: Mapping[Place, Mapping[str, float]]
    """What each term adds to each page's score."""

    def explain(self, hit: Hit, page: Page) -> Explanation:
        """Every score of a hit, and what each is the sum of.

        Raises:
            StoreUnavailable: the index does not answer.
        """
        ranked = {LATE_INTERACTION: hit.late_interaction_rank, TEXT: hit.text_rank}
        ranks = {name: rank for name, rank in ranked.items() if rank is not None}
        return Explanation(
            rankings=rank_scores(ranks, self.policy), **self._of_text(hit), **self._of_vectors(hit, page)
        )

    def _of_text(self, hit: Hit) -> dict[str, Any]:
        if self.weights is None:
            return {}
        parts = self.bm25.get((hit.document_id, hit.page_number), {})
        terms = tuple(
            TermScore(term=term, weight=weight, score=parts.get(term, 0.0)) for term, weight in self.weights.items()
        )
        return {"text_score": sum(term.score for term in terms), "terms": terms}

    def _of_vectors(self, hit: Hit, page: Page) -> dict[str, Any]:
        query = self.query
        if query is None:
            return {}
        stored = self.index.vectors(self.tenant_id, hit.document_id, hit.page_number)
        if stored is None or stored.vectors.shape[1] != query.vectors.shape[1]:
            return {}
        seen = self.embedder.embed_words(page.words) if page.words else None
        if seen is not None and (seen.encoder != query.encoder or len(seen.vectors) != len(stored.vectors)):
            # The page was read again, or the index switched, since it was found.
            seen = None
        candidate_score = None
        if (runs := _run_lengths(stored, seen)) is not None:
            candidate_score = max_sim(query.vectors, run_means(stored.vectors, runs))
        return {
            "candidate_score": candidate_score,
            "late_interaction_score": max_sim(query.vectors, stored.vectors),
            "tokens": _token_scores(query, stored, seen, page),
        }


def _run_lengths(stored: StoredVectors, seen: PageEmbedding | None) -> Sequence[int] | None:
    if stored.grid is not None:
        return stored.grid.run_lengths
    return None if seen is None else seen.run_lengths


def _token_scores(
    query: QueryEmbedding, stored: StoredVectors, seen: PageEmbedding | None, page: Page
) -> tuple[TokenScore, ...]:
    products = query.vectors @ stored.vectors.T
    weights = np.linalg.norm(query.vectors, axis=1)
    boxes = _boxes(stored, seen)
    found = []
    for i, (token, column) in enumerate(zip(query.tokens, products.argmax(axis=1), strict=True)):
        weight, score = float(weights[i]), float(products[i, column])
        found.append(
            TokenScore(
                number=i + 1,
                token=token,
                word=page.words.words[seen.word_ids[column]].text if seen and page.words else None,
                box=boxes[column] if boxes else None,
                # In half precision, as they are stored, vectors are a little longer or shorter than 1.
                similarity=min(1.0, score / weight) if weight else 0.0,
                weight=weight,
                score=score,
            )
        )
    return tuple(found)


def _boxes(stored: StoredVectors, seen: PageEmbedding | None) -> tuple[Box, ...]:
    if stored.grid is not None:
        return stored.grid.boxes
    return seen.boxes if seen is not None else ()
