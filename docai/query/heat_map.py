"""Where a page meets a query, as spots of a heat map: its words, or its patches where vectors are of images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from docai.domain.documents import Page
from docai.domain.embeddings import PageGrid, QueryEmbedding, StoredVectors
from docai.domain.ids import TenantId
from docai.errors import IndexMissing, InvalidRequest
from docai.protocols import PageIndex, QueryEmbedder
from docai.query.matches import Spots, meet_by_terms, meet_by_vectors


def heat_map(
    text: str,
    weights: Mapping[str, float],
    page: Page,
    *,
    tenant_id: TenantId,
    index: PageIndex,
    embedder: QueryEmbedder,
    token: int | None = None,
) -> Spots:
    """Boxes of the page with strengths above 0 up to 1, strongest last; none where nothing of it meets the query.

    Args:
        text: the query.
        weights: of the query's terms.
        page: with its words.
        tenant_id: whose page it is.
        index: holds the vectors of patches.
        embedder: of the index in use.
        token: only for this one of the query's tokens, counted from 1; None: for all of them.

    Raises:
        InvalidRequest: the query does not have so many tokens.
        InvalidQuestion, EngineUnavailable: as `QueryEmbedder.embed_query` raises them.
        StoreUnavailable: the index does not answer.
    """
    try:
        query = embedder.embed_query(text, weights)
    except IndexMissing:
        meeting = meet_by_terms(text, weights, page.words) if page.words else None
        return [] if meeting is None else meeting.spots(_chosen(token, meeting.tokens))
    if query is None:
        return []
    chosen = _chosen(token, query.tokens)
    seen = embedder.embed_words(page.words) if page.words else None
    if page.words is not None and seen is not None and seen.encoder == query.encoder:
        return meet_by_vectors(query, seen, page.words).spots(chosen)
    stored = index.vectors(tenant_id, page.document_id, page.number)
    if stored is None or stored.grid is None or stored.vectors.shape[1] != query.vectors.shape[1]:
        return []
    return patch_spots(query, stored, stored.grid, chosen)


def patch_spots(query: QueryEmbedding, stored: StoredVectors, grid: PageGrid, token: int | None = None) -> Spots:
    """Each patch's similarity to the query, stretched so that the page's least is 0 and its greatest is 1.

    For one token (counted from 0) this is the similarity map of colpali-engine's `interpretability`; for all of them,
    the mean of their maps, by the tokens' weights. The vectors of a page seen whole are left out: those of its parts
    say the same of smaller places.
    """
    patches = stored.vectors[: grid.rows * grid.columns]
    vectors = query.vectors if token is None else query.vectors[[token]]
    similarities = (vectors @ patches.T).sum(axis=0)
    least, greatest = float(similarities.min()), float(similarities.max())
    if greatest <= least:
        return []
    strengths = (similarities - least) / (greatest - least)
    return [(grid.boxes[i], float(strengths[i])) for i in np.argsort(strengths, kind="stable") if strengths[i] > 0]


def _chosen(token: int | None, tokens: tuple[str, ...]) -> int | None:
    """The place from 0 of the token counted from 1."""
    if token is None:
        return None
    if not 1 <= token <= len(tokens):
        raise InvalidRequest(f"token: the query has {len(tokens)} tokens.", n_tokens=len(tokens))
    return token - 1
