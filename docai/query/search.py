"""Question to ranked pages: late interaction over all vectors, BM25 beside it, and the fusion of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from docai.domain.answers import Hit, Question, SearchMode
from docai.domain.documents import Page
from docai.domain.embeddings import QueryEmbedding
from docai.domain.ids import TenantId
from docai.domain.words import PageWords
from docai.errors import EngineUnavailable, IndexMissing, NotFound
from docai.protocols import DocumentRecords, PageIndex, QueryEmbedder, Records, TermRecords
from docai.query.explain import EXPLAINED_HITS, Explainer
from docai.query.fuse import LATE_INTERACTION, TEXT, Fused, FusionPolicy, Place, Ranking, fused
from docai.query.matches import Meeting, meet_by_terms, meet_by_vectors, opening
from docai.query.scope import scope_of
from docai.terms import idf
from docai.terms import terms as terms_in


@dataclass(frozen=True, slots=True)
class SearchPolicy(FusionPolicy):
    """The settings that decide how pages are ranked."""

    candidates: int
    """Pages that each ranking hands to the fusion."""
    max_filtered_documents: int = 10_000
    """Most documents that a filter may match."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search under way: where it looks, and what for."""

    question: Question
    tenant_id: TenantId
    index: PageIndex
    embedder: QueryEmbedder
    policy: SearchPolicy
    weights: Mapping[str, float]
    """Of the question's terms."""


def search(
    question: Question,
    *,
    records: Records,
    tenant_id: TenantId,
    index: PageIndex,
    embedder: QueryEmbedder,
    policy: SearchPolicy,
) -> list[Hit]:
    """The tenant's pages that answer best, best first; none for a question with nothing to look for.

    Pages that the records no longer have are passed over, whatever the index says. No transaction is open while the
    encoder or the index is asked: one that is slow keeps its own callers waiting, and nobody from the database. In mode
    `text` neither is asked.

    Raises:
        InvalidRequest: the question's filter matches too many documents.
        InvalidQuestion: it has more tokens than the encoder takes.
        StoreUnavailable: the records or the index do not answer.
        EngineUnavailable: the encoder does not answer.
        IndexMismatch: the index was built by another encoder.
        IndexMissing: late interaction alone is asked for, and no page was ever embedded.
    """
    by_text: Ranking = ()
    limit = max(policy.candidates, question.top_k)
    with records.unit_of_work(tenant_id) as unit:
        within = scope_of(question, unit.documents, max_filtered=policy.max_filtered_documents)
        if within is None:
            return []
        asked = _Asked(question, tenant_id, index, embedder, policy, weights_of(question.text, unit.terms))
        if asked.weights and question.mode is not SearchMode.LATE_INTERACTION:
            by_text = unit.terms.bm25(asked.weights, document_ids=within, limit=limit)
    query = _embedded(asked)
    by_vectors: Ranking = ()
    if query is not None:
        # What is best by its words is scored exactly, whatever the means of its vectors say.
        known = [(document_id, number) for document_id, number, _ in by_text[: policy.candidates]]
        by_vectors = index.search(tenant_id, query, document_ids=within, limit=limit, candidates=known)
    ranked = fused(by_text, by_vectors, policy)
    with records.unit_of_work(tenant_id) as unit:
        found = _looked_up(ranked, unit.documents, question.top_k, query)
        bm25 = unit.terms.bm25_parts(asked.weights, _places(found)) if question.explain else {}
    described = [(_described(hit, page, query, asked), page) for hit, page in found]
    return _explained(described, query, asked, bm25) if question.explain else [hit for hit, _ in described]


def still_there(hits: Sequence[Hit], documents: DocumentRecords) -> list[tuple[Hit, Page]]:
    """Hits with their pages, without those whose documents were deleted since they were found."""
    pages: list[tuple[Hit, Page]] = []
    for hit in hits:
        with suppress(NotFound):
            pages.append((hit, documents.page(hit.document_id, hit.page_number)))
    return pages


def weights_of(text: str, terms: TermRecords) -> dict[str, float]:
    """The inverse document frequency, among the tenant's pages, of each of the text's content terms."""
    wanted = terms_in(text)
    return idf(terms.frequencies(wanted), terms.n_pages(), wanted)


def _embedded(asked: _Asked) -> QueryEmbedding | None:
    """The question's vectors; None where none are to be searched, or there is nothing yet to search them in."""
    mode = asked.question.mode
    if mode is SearchMode.TEXT:
        return None
    try:
        return asked.embedder.embed_query(asked.question.text, asked.weights)
    except IndexMissing:
        if mode is SearchMode.LATE_INTERACTION:
            raise
        return None
    except EngineUnavailable as error:
        message = f"{error.message.rstrip('.')}. Meanwhile, mode `text` finds pages by their terms."
        raise EngineUnavailable(message, **error.details) from error


def _looked_up(
    ranked: Sequence[Fused], documents: DocumentRecords, top_k: int, query: QueryEmbedding | None
) -> list[tuple[Hit, Page]]:
    found: list[tuple[Hit, Page]] = []
    for fact in ranked:
        document_id, number = fact.place
        try:
            document = documents.get(document_id)
            page = documents.page(document_id, number)
        except NotFound:
            continue  # deleted after it was indexed
        hit = Hit(
            document_id=document_id,
            document_name=document.name,
            page_number=number,
            score=fact.score,
            late_interaction_rank=fact.ranks.get(LATE_INTERACTION),
            late_interaction_score=fact.scores.get(LATE_INTERACTION),
            text_rank=fact.ranks.get(TEXT),
            text_score=fact.scores.get(TEXT),
            encoder=query.encoder if query else None,
        )
        found.append((hit, page))
        if len(found) == top_k:
            break
    return found


def _places(found: Sequence[tuple[Hit, Page]]) -> list[Place]:
    return [(hit.document_id, hit.page_number) for hit, _ in found[:EXPLAINED_HITS]]


def _described(hit: Hit, page: Page, query: QueryEmbedding | None, asked: _Asked) -> Hit:
    """The hit with its matching words and a snippet."""
    if page.words is None:
        return hit
    meeting = _meeting(page.words, query, asked)
    if meeting is None:
        return hit.model_copy(update={"snippet": opening(page.words)})
    return hit.model_copy(update={"matches": meeting.matches(), "snippet": meeting.snippet()})


def _meeting(words: PageWords, query: QueryEmbedding | None, asked: _Asked) -> Meeting | None:
    """By the vectors of the page's words, which are made again rather than fetched; where there are none, by terms."""
    if query is not None:
        seen = asked.embedder.embed_words(words)
        if seen is not None and seen.encoder == query.encoder:
            return meet_by_vectors(query, seen, words)
    return meet_by_terms(asked.question.text, asked.weights, words)


def _explained(
    described: Sequence[tuple[Hit, Page]],
    query: QueryEmbedding | None,
    asked: _Asked,
    bm25: Mapping[Place, Mapping[str, float]],
) -> list[Hit]:
    """The hits, the first of them with what made their scores."""
    by_text = asked.question.mode is not SearchMode.LATE_INTERACTION
    explainer = Explainer(
        asked.tenant_id, asked.index, asked.embedder, asked.policy, query, asked.weights if by_text else None, bm25
    )
    return [
        hit if rank > EXPLAINED_HITS else hit.model_copy(update={"explanation": explainer.explain(hit, page)})
        for rank, (hit, page) in enumerate(described, start=1)
    ]
