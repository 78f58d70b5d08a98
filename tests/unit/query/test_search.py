from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from docai.domain.access import Tenant
from docai.domain.answers import SearchMode
from docai.domain.embeddings import PageEmbedding, PageSight
from docai.domain.geometry import Box
from docai.domain.words import PageWords
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import InvalidRequest
from docai.pipeline.index import index_page
from docai.query.matches import SNIPPET_WORDS
from docai.query.search import SearchPolicy
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex
from tests.unit.query.library import POLICY, Library, page_of

PAGES = (
    "Net sales of the harbour company rose to 1,234 million",
    "Depreciation of cranes and quays is charged over twenty years",
    "The board of directors met four times and received no fees",
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


def test_the_snippet_of_a_page_that_meets_nothing_is_its_start(library: Library) -> None:
    filler = [f"filler{i}" for i in range(200)]
    library.add("long.pdf", [" ".join(filler)])
    hit = library.search("zinc", mode=SearchMode.LATE_INTERACTION)[0]
    assert (hit.matches, hit.snippet.split()) == ((), filler[:SNIPPET_WORDS])


def test_words_seen_by_another_encoder_are_matched_by_their_terms(library: Library) -> None:
    class Switched(NgramEmbedder):
        """The index in use changed after the query was embedded."""

        def embed_words(self, words: PageWords) -> PageEmbedding | None:
            seen = super().embed_words(words)
            return seen and dataclasses.replace(seen, vectors=-seen.vectors, encoder="another/1")

    report = library.add("report.pdf", PAGES)
    library.embedder = Switched()
    hit = library.search("depreciation of the quays", explain=True)[0]
    assert {match.word: match.similarity for match in hit.matches} == {"Depreciation": 1.0, "quays": 1.0}
    assert hit.explanation is not None
    assert hit.explanation.candidate_score is None
    assert {token.word for token in hit.explanation.tokens} == {None}
    assert library.heat_map("quays", page_of(report, 2, PAGES[1])) == []


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
        (embedding,) = library.embedder.embed_pages([PageSight(blank.words)])
        counts = index_page(document, blank, embedding, index=library.index)
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


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_hit_names_the_encoder_whose_vectors_were_searched(library: Library, mode: SearchMode) -> None:
    library.add("report.pdf", PAGES)
    encoder = None if mode is SearchMode.TEXT else library.embedder.fingerprint
    assert {hit.encoder for hit in library.search("depreciation of quays", mode=mode)} == {encoder}


def test_a_hit_is_explained_by_the_words_that_met_each_token(library: Library) -> None:
    library.add("report.pdf", PAGES)
    hit = library.search("depreciation of the quays", explain=True)[0]
    said = hit.explanation
    assert said is not None
    assert [(token.token, token.word) for token in said.tokens] == [
        ("depreciation", "Depreciation"),
        ("quays", "quays"),
    ]
    assert said.tokens[1].box == Box(x0=0.4, y0=0.4, x1=0.5, y1=0.5)
    for token in said.tokens:
        assert token.score == pytest.approx(token.similarity * token.weight)
    assert sum(token.score for token in said.tokens) == pytest.approx(hit.late_interaction_score, abs=1e-3)
    assert said.late_interaction_score == pytest.approx(hit.late_interaction_score, abs=1e-3)
    assert said.candidate_score is not None
    assert {term.term for term in said.terms if term.score > 0} == {"depreci", "quay"}
    assert sum(term.score for term in said.terms) == pytest.approx(hit.text_score)
    assert [(part.ranking, part.rank) for part in said.rankings] == [("late_interaction", 1), ("text", 1)]
    assert sum(part.score for part in said.rankings) == pytest.approx(hit.score)


def test_late_interaction_alone_is_explained_without_terms(library: Library) -> None:
    library.add("report.pdf", PAGES)
    said = library.search("quays", mode=SearchMode.LATE_INTERACTION, explain=True)[0].explanation
    assert said is not None
    assert said.tokens
    assert (said.text_score, said.terms) == (None, ())


def test_the_heat_map_of_one_token_leaves_the_others_dark(library: Library) -> None:
    report = library.add("report.pdf", PAGES)
    # A word's vector has something of the two beside it.
    query, page = "depreciation fees directors board quays", page_of(report, 2, PAGES[1])
    assert 0.0 in {box.x0 for box, _ in library.heat_map(query, page)}
    spots = library.heat_map(query, page, token=5)
    assert (spots[-1][0].x0, spots[-1][1]) == (0.4, 1.0)
    assert 0.0 not in {box.x0 for box, _ in spots}
    with pytest.raises(InvalidRequest, match="5 tokens"):
        library.heat_map(query, page, token=6)


def test_a_search_keeps_within_the_documents_that_its_filter_matches(library: Library) -> None:
    library.add("one.pdf", PAGES, metadata={"customer": "1142"})
    two = library.add("two.pdf", PAGES, metadata={"customer": "1143"})
    hits = library.search("depreciation", filter={"metadata": {"customer": "1143"}})
    assert {hit.document_id for hit in hits} == {two}
    assert {hit.document_id for hit in library.search("depreciation", filter={"name_contains": "TWO"})} == {two}


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_filter_that_matches_nothing_finds_nothing(library: Library, mode: SearchMode) -> None:
    one = library.add("one.pdf", PAGES, metadata={"customer": "1142"})
    other = {"metadata": {"customer": "none"}}
    assert library.search("depreciation", mode=mode)
    assert library.search("depreciation", mode=mode, filter=other) == []
    assert library.search("depreciation", mode=mode, filter=other, document_ids=(one,)) == []


def test_documents_named_and_a_filter_must_both_agree(library: Library) -> None:
    one = library.add("one.pdf", PAGES, metadata={"customer": "1142"})
    two = library.add("two.pdf", PAGES, metadata={"customer": "1143"})
    wanted = {"metadata": {"customer": "1142"}}
    found = library.search("depreciation", filter=wanted, document_ids=(one, two))
    assert {hit.document_id for hit in found} == {one}
    assert library.search("depreciation", filter=wanted, document_ids=(two,)) == []


def test_a_filter_that_matches_too_much_is_to_be_narrowed(library: Library) -> None:
    for name in ("one.pdf", "two.pdf", "three.pdf"):
        library.add(name, PAGES, metadata={"customer": "1142"})
    policy = dataclasses.replace(POLICY, max_filtered_documents=2)
    wanted = {"metadata": {"customer": "1142"}}
    with pytest.raises(InvalidRequest, match="more than 2 documents; narrow it down"):
        library.search("depreciation", policy=policy, filter=wanted)
    assert library.search("depreciation", policy=policy, filter=wanted | {"name_contains": "one"})


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_question_of_4000_characters_is_answered(library: Library, mode: SearchMode) -> None:
    library.add("report.pdf", PAGES)
    repeated = ("depreciation of cranes and quays over twenty years; " * 80)[:4000]
    assert library.search(repeated, mode=mode)[0].page_number == 2
    varied = ("quays " + " ".join(f"word{i}" for i in range(600)))[:4000]
    assert 2 in {hit.page_number for hit in library.search(varied, mode=mode, explain=True)}


@pytest.mark.parametrize("mode", list(SearchMode))
def test_a_question_in_chinese_finds_a_page_in_chinese(library: Library, mode: SearchMode) -> None:
    library.add("report.pdf", [*PAGES, "公司 财务报表 收入 增长"])
    hit = library.search("财务报表的收入", mode=mode)[0]
    assert hit.page_number == 4
    assert "财务报表" in {match.word for match in hit.matches}


@pytest.mark.parametrize("mode", list(SearchMode))
@pytest.mark.parametrize("text", ["<|im_end|><image></s>", "[PAD] [MASK]", "\x00quays", "<query> quays"])
def test_special_tokens_of_models_are_words_like_any_other(library: Library, text: str, mode: SearchMode) -> None:
    library.add("report.pdf", PAGES)
    hits = library.search(text, mode=mode)
    assert not hits or "quays" not in text or hits[0].page_number == 2
