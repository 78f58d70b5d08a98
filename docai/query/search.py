"""Question to ranked pages: late interaction over all word vectors, BM25 beside it, and the fusion of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from docai.domain.answers import Hit, Match, Question, SearchMode
from docai.domain.documents import Page
from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId
from docai.domain.words import PageWords
from docai.errors import NotFound
from docai.protocols import DocumentRecords, PageEmbedder, PageIndex, Records, TermRecords
from docai.terms import idf
from docai.terms import terms as terms_in

MATCH_FLOOR = 0.6
"""Least similarity at which a word with another stem explains a hit; beside words that match, any word reaches 0.5."""

SNIPPET_WORDS = 32
"""Words of a snippet: two printed lines."""

Place = tuple[DocumentId, int]
"""A document and a page number."""


@dataclass(frozen=True, slots=True)
class SearchPolicy:
    """The settings that decide how pages are ranked."""

    candidates: int
    """Pages that each ranking hands to the fusion."""
    rrf_k: int
    """The constant of reciprocal-rank fusion."""
    text_weight: float
    late_interaction_weight: float


def search(
    question: Question,
    *,
    records: Records,
    tenant_id: TenantId,
    index: PageIndex,
    embedder: PageEmbedder,
    policy: SearchPolicy,
) -> list[Hit]:
    """The tenant's pages that answer best, best first; none for a question without words.

    Pages that the records no longer have are passed over, whatever the index says. No transaction is open while the
    index is asked: one that is slow keeps its own callers waiting, and nobody from the database.

    Raises:
        StoreUnavailable: the records or the index do not answer.
        IndexMismatch: the index was built by another encoder.
    """
    by_text: Sequence[tuple[DocumentId, int, float]] = ()
    by_vectors: Sequence[tuple[DocumentId, int, float]] = ()
    within, limit = question.document_ids, max(policy.candidates, question.top_k)
    with records.unit_of_work(tenant_id) as unit:
        weights = weights_of(question.text, unit.terms)
        if weights and question.mode is not SearchMode.LATE_INTERACTION:
            by_text = unit.terms.bm25(weights, document_ids=within, limit=limit)
    query = embedder.embed_query(question.text, weights)
    if query is None:
        return []
    if question.mode is not SearchMode.TEXT:
        by_vectors = index.search(tenant_id, query, document_ids=within, limit=limit)
    ranked = _fused(by_text, by_vectors, policy)
    with records.unit_of_work(tenant_id) as unit:
        found = _looked_up(ranked, unit.documents, question.top_k)
    return [_explained(hit, page, query, embedder) for hit, page in found]


def heat_map(text: str, page: Page, *, terms: TermRecords, embedder: PageEmbedder) -> list[tuple[Box, float]]:
    """Where a page meets a question: the boxes of words that match, with strengths above 0 up to 1, strongest last."""
    query = embedder.embed_query(text, weights_of(text, terms))
    seen = embedder.embed_page(page.words) if page.words else None
    if query is None or page.words is None or seen is None:
        return []
    strengths = _strengths(query, seen, page.words).max(axis=0)
    strongest = float(strengths.max())
    if strongest <= 0:
        return []
    order = np.argsort(strengths, kind="stable")
    return [(seen.boxes[i], float(strengths[i] / strongest)) for i in order if strengths[i] > 0]


def weights_of(text: str, terms: TermRecords) -> dict[str, float]:
    """The inverse document frequency, among the tenant's pages, of each of the text's content terms."""
    wanted = terms_in(text)
    return idf(terms.frequencies(wanted), terms.n_pages(), wanted)


def _fused(
    by_text: Sequence[tuple[DocumentId, int, float]],
    by_vectors: Sequence[tuple[DocumentId, int, float]],
    policy: SearchPolicy,
) -> list[tuple[Place, dict[str, float]]]:
    """Weighted reciprocal-rank fusion (Cormack et al. 2009), best first, with what each ranking said."""
    facts: dict[Place, dict[str, float]] = {}
    for name, weight, ranking in (
        ("text", policy.text_weight, by_text),
        ("late_interaction", policy.late_interaction_weight, by_vectors),
    ):
        for rank, (document_id, number, score) in enumerate(ranking, start=1):
            fact = facts.setdefault((document_id, number), {"score": 0.0})
            fact["score"] += weight / (policy.rrf_k + rank)
            fact[f"{name}_rank"], fact[f"{name}_score"] = rank, score
    return sorted(facts.items(), key=lambda item: -item[1]["score"])


def _looked_up(
    ranked: Sequence[tuple[Place, Mapping[str, float]]], documents: DocumentRecords, top_k: int
) -> list[tuple[Hit, Page]]:
    found: list[tuple[Hit, Page]] = []
    for (document_id, number), facts in ranked:
        try:
            document = documents.get(document_id)
            page = documents.page(document_id, number)
        except NotFound:
            continue  # deleted after it was indexed
        hit = Hit(document_id=document_id, document_name=document.name, page_number=number, **facts)
        found.append((hit, page))
        if len(found) == top_k:
            break
    return found


def _explained(hit: Hit, page: Page, query: QueryEmbedding, embedder: PageEmbedder) -> Hit:
    """The hit with its matching words and a snippet. The words' vectors are made again rather than fetched."""
    seen = embedder.embed_page(page.words) if page.words else None
    if page.words is None or seen is None:
        return hit
    strengths = _strengths(query, seen, page.words)
    matches = _matches(query, seen, page.words, strengths)
    return hit.model_copy(update={"matches": matches, "snippet": _snippet(seen, page.words, strengths)})


def _matches(query: QueryEmbedding, seen: PageEmbedding, words: PageWords, strengths: Matrix) -> tuple[Match, ...]:
    """For each query token that the page has, heaviest first, the word that meets it best."""
    weights = np.linalg.norm(query.vectors, axis=1)
    best = strengths.argmax(axis=1)
    return tuple(
        Match(
            token=query.tokens[token],
            word=words.words[seen.word_ids[best[token]]].text,
            box=seen.boxes[best[token]],
            similarity=min(1.0, float(strengths[token, best[token]] / weights[token])),
            weight=float(weights[token]),
        )
        for token in np.argsort(-weights, kind="stable")
        if strengths[token, best[token]] > 0
    )


def _snippet(seen: PageEmbedding, words: PageWords, strengths: Matrix) -> str:
    """The stretch of the page's words that meets most of the query's weight."""
    # Importing it takes a third of a second, which the service's start need not wait for.
    from scipy.ndimage import maximum_filter1d  # noqa: PLC0415

    texts = [word.text for word in words.words]
    per_word = np.zeros((len(texts), len(strengths)), dtype=np.float32)
    # A word of several tokens has several vectors.
    np.maximum.at(per_word, np.array(seen.word_ids), strengths.T)
    met = maximum_filter1d(per_word, size=SNIPPET_WORDS, axis=0, mode="constant").sum(axis=1)
    best = np.flatnonzero(met == met.max())
    first_run = best[best - np.arange(len(best)) == best[0]]
    start = max(0, int(first_run.mean()) - SNIPPET_WORDS // 2)
    return " ".join(texts[start : start + SNIPPET_WORDS])


def _strengths(query: QueryEmbedding, seen: PageEmbedding, words: PageWords) -> Matrix:
    """(Q, N): similarity times weight of each query token with each of the page's vectors; 0 where they do not match.

    They match where the word has the token's term, or else is spelt much like it.
    """
    weights = np.linalg.norm(query.vectors, axis=1, keepdims=True)
    products = query.vectors @ seen.vectors.T
    of_words = [set(terms_in(words.words[i].text)) for i in seen.word_ids]
    said = np.array([[not of_word.isdisjoint(terms_in(token)) for of_word in of_words] for token in query.tokens])
    return np.where(said | (products >= MATCH_FLOOR * weights), products, np.float32(0.0))
