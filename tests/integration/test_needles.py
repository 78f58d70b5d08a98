"""Planted needles are found through real records and a real index, and what each shortcut loses is within bounds."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.answers import Hit, SearchMode
from docai.domain.embeddings import QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.engines.embedder.ngram import NgramEmbedder
from docai.late_interaction import CandidatePolicy
from docai.pdf.draw_needles import NeedleKind, needle_documents, words_on
from docai.pdf.draw_sheet import DrawnFact
from docai.protocols import PageIndex
from docai.query.search import weights_of
from docai.stores.postgres.access import new_key
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeIndex
from docai.stores.qdrant.memory import MemoryIndex
from tests.unit.query.library import Library, page_of

N_PAGES = 120
ALWAYS_STAGED = CandidatePolicy(full_scan_pages=0, candidates=N_PAGES // 4)
"""As many candidates for these pages as the default gives to 2,000."""
K = 10
ROUNDING = 2e-3
"""Share of a score by which vectors of 16 bits may change it: pages so near to one another may change places."""

Place = tuple[DocumentId, int]


@dataclass(frozen=True)
class Needle:
    """A question, and the page that answers it."""

    kind: NeedleKind
    place: Place
    fact: DrawnFact


@dataclass(frozen=True)
class Haystack:
    """The drawn corpus in real records, and under three indexes."""

    library: Library
    """With the index that always chooses candidates."""
    scanned: PageIndex
    """Edge, scoring every page: vectors of 16 bits."""
    starved: PageIndex
    """Edge, with no more candidates than pages asked for."""
    exact: MemoryIndex
    """Every page by vectors of 32 bits."""
    needles: tuple[Needle, ...]
    documents: tuple[DocumentId, ...]

    def of(self, *kinds: NeedleKind) -> list[Needle]:
        """The needles of some kinds; of every kind there are several."""
        found = [needle for needle in self.needles if needle.kind in kinds]
        assert len(found) >= 5 * len(kinds)
        return found

    def search(self, needle: Needle, **more: object) -> list[Hit]:
        """The three best pages for a needle's question."""
        return self.library.search(needle.fact.question, top_k=3, **more)

    def query(self, question: str) -> QueryEmbedding:
        """The question as search embeds it."""
        with self.library.records.unit_of_work(self.library.tenant.id) as unit:
            weights = weights_of(question, unit.terms)
        query = self.library.embedder.embed_query(question, weights)
        assert query is not None
        return query

    def best_by_text(self, question: str) -> list[Place]:
        """What search hands to the index beside its own candidates."""
        with self.library.records.unit_of_work(self.library.tenant.id) as unit:
            found = unit.terms.bm25(weights_of(question, unit.terms), document_ids=(), limit=20)
        return [(document_id, number) for document_id, number, _ in found]

    def recall(self, needle: Needle, index: PageIndex, candidates: Sequence[Place] = ()) -> float:
        """The share of an index's ten best pages that are among the exact ten best, up to rounding."""
        query, tenant_id = self.query(needle.fact.question), self.library.tenant.id
        exact = self.exact.search(tenant_id, query, document_ids=(), limit=N_PAGES)
        scores = {(document_id, number): score for document_id, number, score in exact}
        least = exact[K - 1][2] * (1 - ROUNDING)
        found = index.search(tenant_id, query, document_ids=(), limit=K, candidates=candidates)
        return sum(scores[document_id, number] >= least for document_id, number, _ in found) / K


@pytest.fixture(scope="module")
def haystack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Haystack]:
    records, embedder = PostgresRecords(engine), NgramEmbedder()
    tenant = Tenant(id=TenantId(uuid4()), name="a tenant")
    records.add_key(tenant, new_key(tenant)[1])
    exact = MemoryIndex(dimension=embedder.dimension, encoder=embedder.fingerprint)
    folder = tmp_path_factory.mktemp("indexes")
    scanned = _edge(folder / "scanned", embedder, CandidatePolicy(full_scan_pages=N_PAGES))
    starved = _edge(folder / "starved", embedder, CandidatePolicy(full_scan_pages=0, candidates=K))
    library = Library(records, tenant, _edge(folder / "staged", embedder, ALWAYS_STAGED), embedder)
    needles: list[Needle] = []
    documents: list[DocumentId] = []
    for found in needle_documents(N_PAGES):
        drawn, numbers = found.drawn, range(1, found.drawn.n_pages + 1)
        texts = [" ".join(word.text for word in words_on(drawn, number).words) for number in numbers]
        document_id = library.add(drawn.name, texts)
        for number, printed in zip(numbers, texts, strict=True):
            words = page_of(document_id, number, printed).words
            embedding = embedder.embed_words(words) if words else None
            assert embedding is not None
            for index in (exact, scanned, starved):
                index.upsert(tenant.id, document_id, number, embedding)
        documents.append(document_id)
        needles += [Needle(found.kind, (document_id, fact.page_number), fact) for fact in drawn.facts]
    yield Haystack(library, scanned, starved, exact, tuple(needles), tuple(documents))
    for index in (library.index, scanned, starved):
        index.close()
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE tenant, page_term CASCADE"))


def _edge(folder: Path, embedder: NgramEmbedder, policy: CandidatePolicy) -> EdgeIndex:
    return EdgeIndex(folder, dimension=embedder.dimension, encoder=embedder.fingerprint, policy=policy)


def rank_of(needle: Needle, hits: Sequence[Hit]) -> int | None:
    places = [(hit.document_id, hit.page_number) for hit in hits]
    return places.index(needle.place) + 1 if needle.place in places else None


@pytest.mark.parametrize("kind", NeedleKind)
def test_hybrid_search_finds_every_needle_first(haystack: Haystack, kind: NeedleKind) -> None:
    ranks = {n.fact.question: rank_of(n, haystack.search(n)) for n in haystack.of(kind)}
    assert set(ranks.values()) == {1}, ranks


@pytest.mark.parametrize("mode", [SearchMode.TEXT, SearchMode.HYBRID])
def test_near_duplicates_are_told_apart_by_the_value_in_which_they_differ(haystack: Haystack, mode: SearchMode) -> None:
    for needle in haystack.of(NeedleKind.NEAR_DUPLICATE):
        assert rank_of(needle, haystack.search(needle, mode=mode)) == 1


def test_late_interaction_alone_finds_most_identifiers_and_cells_first(haystack: Haystack) -> None:
    needles = haystack.of(NeedleKind.IDENTIFIER, NeedleKind.CELL)
    ranks = [rank_of(n, haystack.search(n, mode=SearchMode.LATE_INTERACTION)) for n in needles]
    assert ranks.count(1) >= 0.95 * len(ranks)
    assert None not in ranks


def test_vectors_of_16_bits_keep_the_ten_best(haystack: Haystack) -> None:
    assert statistics.mean(haystack.recall(n, haystack.scanned) for n in haystack.needles) >= 0.99


def test_candidates_by_the_means_of_runs_keep_the_ten_best(haystack: Haystack) -> None:
    assert statistics.mean(haystack.recall(n, haystack.library.index) for n in haystack.needles) >= 0.99


def test_where_too_few_candidates_lose_pages_those_of_the_text_ranking_bring_them_back(haystack: Haystack) -> None:
    alone = statistics.mean(haystack.recall(n, haystack.starved) for n in haystack.needles)
    both = statistics.mean(
        haystack.recall(n, haystack.starved, haystack.best_by_text(n.fact.question)) for n in haystack.needles
    )
    assert alone < 0.9  # the means do choose: else the bound above would say nothing of them
    assert both >= 0.95


def test_fusion_keeps_near_the_top_what_either_ranking_has_first(haystack: Haystack) -> None:
    n_first = 0
    for needle in haystack.needles[::4]:
        ranks = {mode: rank_of(needle, haystack.search(needle, mode=mode)) for mode in SearchMode}
        if 1 in (ranks[SearchMode.TEXT], ranks[SearchMode.LATE_INTERACTION]):
            n_first += 1
            assert ranks[SearchMode.HYBRID] in (1, 2), needle
    assert n_first >= 20


def test_a_filter_by_documents_never_loses_the_needles_page(haystack: Haystack) -> None:
    for i, needle in enumerate(haystack.needles):
        others = haystack.documents[i % len(haystack.documents) :][:5]
        within = tuple({needle.place[0], *others})
        hits = haystack.search(needle, document_ids=within)
        assert rank_of(needle, hits) == 1
        assert {hit.document_id for hit in hits} <= set(within)
