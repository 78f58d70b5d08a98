from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from docai.domain.access import Tenant
from docai.domain.answers import Hit, Question, SearchMode
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, new_document_id, new_job_id, sha256_of
from docai.domain.jobs import Job, JobState
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.pipeline.index import index_page
from docai.query.search import SNIPPET_WORDS, SearchPolicy, heat_map, search
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = SearchPolicy(candidates=100, rrf_k=60, text_weight=1.0, late_interaction_weight=2.0)
PAGES = (
    "Net sales of the harbour company rose to 1,234 million",
    "Depreciation of cranes and quays is charged over twenty years",
    "The board of directors met four times and received no fees",
)


@dataclass
class Library:
    """Search over real records and the exact index."""

    records: PostgresRecords
    tenant: Tenant
    index: MemoryIndex
    embedder: NgramEmbedder

    def add(self, name: str, texts: Sequence[str]) -> DocumentId:
        document = Document(
            id=new_document_id(),
            tenant_id=self.tenant.id,
            name=name,
            sha256=sha256_of(name.encode()),
            media_type=MediaType.PDF,
            n_bytes=1,
            status=DocumentStatus.READY,
            created_at=NOW,
            updated_at=NOW,
        )
        job = Job(
            id=new_job_id(),
            tenant_id=self.tenant.id,
            document_id=document.id,
            state=JobState.SUCCEEDED,
            created_at=NOW,
        )
        with self.records.unit_of_work(self.tenant.id) as unit:
            unit.documents.add(document, job)
            unit.documents.open_ledger(document.id, len(texts))
            for number, text in enumerate(texts, start=1):
                page = page_of(document.id, number, text)
                unit.documents.save_page(page)
                counts = index_page(document, number, page.words, index=self.index, embedder=self.embedder)
                unit.terms.replace(document.id, {number: counts})
        return document.id

    def search(
        self, text: str, tenant: Tenant | None = None, policy: SearchPolicy = POLICY, **more: object
    ) -> list[Hit]:
        asking = tenant or self.tenant
        return search(
            Question.model_validate({"text": text, **more}),
            records=self.records,
            tenant_id=asking.id,
            index=self.index,
            embedder=self.embedder,
            policy=policy,
        )

    def heat_map(self, text: str, page: Page) -> list[tuple[Box, float]]:
        with self.records.unit_of_work(self.tenant.id) as unit:
            return heat_map(text, page, terms=unit.terms, embedder=self.embedder)


def page_of(document_id: DocumentId, number: int, text: str) -> Page:
    texts = text.split()
    words = tuple(
        Word(text=t, box=Box(x0=i / len(texts), y0=0.4, x1=(i + 1) / len(texts), y1=0.5), line=0)
        for i, t in enumerate(texts)
    )
    return Page(
        document_id=document_id,
        number=number,
        state=PageState.PARSED if words else PageState.BLANK,
        words=PageWords(witness=Witness.TEXT_LAYER, words=words) if words else PageWords(witness=None),
    )


@pytest.fixture
def library(records: PostgresRecords, tenant: Tenant) -> Library:
    embedder = NgramEmbedder()
    index = MemoryIndex(dimension=embedder.dimension, encoder=embedder.fingerprint)
    return Library(records, tenant, index, embedder)


@pytest.mark.parametrize("mode", list(SearchMode))
def test_every_mode_finds_the_page_that_says_it(library: Library, mode: SearchMode) -> None:
    report = library.add("report.pdf", PAGES)
    first = library.search("How are cranes depreciated?", mode=mode)[0]
    assert (first.document_id, first.document_name, first.page_number) == (report, "report.pdf", 2)
    assert (first.text_rank is None) == (mode is SearchMode.LATE_INTERACTION)
    assert (first.late_interaction_rank is None) == (mode is SearchMode.TEXT)


def test_late_interaction_finds_a_word_that_is_spelt_wrong(library: Library) -> None:
    library.add("report.pdf", PAGES)
    assert library.search("deprecation", mode=SearchMode.TEXT) == []
    assert library.search("deprecation")[0].page_number == 2


def test_the_fusion_adds_weighted_reciprocal_ranks(library: Library) -> None:
    library.add("report.pdf", PAGES)
    policy = SearchPolicy(candidates=10, rrf_k=9, text_weight=3.0, late_interaction_weight=5.0)
    for hit in library.search("directors of the harbour company", policy=policy):
        text = 3.0 / (9 + hit.text_rank) if hit.text_rank else 0.0
        vectors = 5.0 / (9 + hit.late_interaction_rank) if hit.late_interaction_rank else 0.0
        assert hit.score == pytest.approx(text + vectors)


def test_a_hit_says_which_words_met_the_question_where(library: Library) -> None:
    library.add("report.pdf", PAGES)
    hit = library.search("What is the depreciation of the quays?")[0]
    found = {match.token: match for match in hit.matches}
    assert {token: match.word for token, match in found.items()} == {"depreciation": "Depreciation", "quays": "quays"}
    assert found["quays"].box == Box(x0=0.4, y0=0.4, x1=0.5, y1=0.5)
    assert all(0.6 <= match.similarity <= 1.0 and match.weight > 0 for match in hit.matches)


def test_matches_come_heaviest_first(library: Library) -> None:
    library.add("report.pdf", [*PAGES, "quays", "more quays", "quays again"])
    hit = library.search("quays depreciation")[0]
    assert [match.token for match in hit.matches] == ["depreciation", "quays"]


def test_the_snippet_is_where_the_question_is_met(library: Library) -> None:
    filler = " ".join(f"filler{i}" for i in range(200))
    library.add("long.pdf", [f"{filler} the quays were sold {filler} the harbour master"])
    snippet = library.search("Were the quays sold?")[0].snippet.split()
    assert len(snippet) == SNIPPET_WORDS
    assert "the quays were sold" in " ".join(snippet[8:-8])


def test_a_short_page_is_its_own_snippet(library: Library) -> None:
    library.add("report.pdf", PAGES)
    assert library.search("directors")[0].snippet == PAGES[2]


def test_a_search_keeps_within_the_documents_named(library: Library) -> None:
    library.add("one.pdf", PAGES)
    two = library.add("two.pdf", PAGES)
    assert {hit.document_id for hit in library.search("depreciation", document_ids=(two,))} == {two}


def test_another_tenant_finds_nothing(library: Library, other_tenant: Tenant) -> None:
    report = library.add("report.pdf", PAGES)
    assert library.search("depreciation", tenant=other_tenant) == []
    assert library.search("depreciation", tenant=other_tenant, document_ids=(report,)) == []


def test_a_deleted_document_is_not_found_though_the_index_still_has_it(library: Library) -> None:
    report = library.add("report.pdf", PAGES)
    with library.records.unit_of_work(library.tenant.id) as unit:
        unit.documents.delete(report)
    assert library.index.count() == 3
    assert library.search("depreciation") == []


def test_top_k_hits_come_even_if_better_ones_were_deleted(library: Library) -> None:
    gone = library.add("gone.pdf", ["depreciation of cranes"])
    kept = library.add("kept.pdf", PAGES)
    with library.records.unit_of_work(library.tenant.id) as unit:
        unit.documents.delete(gone)
    assert [hit.document_id for hit in library.search("depreciation of cranes", top_k=1)] == [kept]


@pytest.mark.parametrize("text", ["", "?", "what is it"])
def test_a_question_without_content_finds_nothing(library: Library, text: str) -> None:
    library.add("report.pdf", PAGES)
    assert library.search(text) == []


def test_a_page_that_became_blank_is_not_found_any_more(library: Library) -> None:
    report = library.add("report.pdf", PAGES)
    with library.records.unit_of_work(library.tenant.id) as unit:
        document, blank = unit.documents.get(report), page_of(report, 2, "")
        counts = index_page(document, blank.number, blank.words, index=library.index, embedder=library.embedder)
        unit.terms.replace(report, {2: counts})
    assert 2 not in {hit.page_number for hit in library.search("depreciation")}


def test_the_heat_map_glows_where_words_match(library: Library) -> None:
    report = library.add("report.pdf", PAGES)
    page = page_of(report, 2, PAGES[1])
    spots = library.heat_map("depreciation of the quays", page)
    boxes = [page.words.words[i].box for i in (0, 4)] if page.words else []
    assert {box.x0 for box, _ in spots} == {box.x0 for box in boxes}
    strengths = [strength for _, strength in spots]
    assert strengths == sorted(strengths)
    assert 0 < strengths[0] <= strengths[-1] == 1.0


def test_a_page_that_does_not_match_stays_dark(library: Library) -> None:
    report = library.add("report.pdf", PAGES)
    assert library.heat_map("zinc", page_of(report, 1, PAGES[0])) == []
    assert library.heat_map("", page_of(report, 1, PAGES[0])) == []
    assert library.heat_map("quays", page_of(report, 1, "")) == []


def test_no_connection_is_held_while_the_index_is_asked(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    n_held: list[int] = []
    ask, pool = library.index.search, library.records._engine.pool

    def asking(*args: Any, **options: Any) -> Any:
        n_held.append(pool.checkedout())
        return ask(*args, **options)

    monkeypatch.setattr(library.index, "search", asking)
    library.add("report.pdf", PAGES)
    before = pool.checkedout()
    assert library.search("How are cranes depreciated?")
    assert n_held == [before]
