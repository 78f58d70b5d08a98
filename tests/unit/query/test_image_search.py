"""Search where vectors are of images: hits, matches by terms, explanations and heat maps by patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from docai.domain.access import Tenant
from docai.domain.answers import SearchMode
from docai.domain.embeddings import QueryEmbedding
from docai.domain.geometry import Box
from docai.errors import EngineUnavailable, IndexMissing, InvalidQuestion, InvalidRequest
from docai.late_interaction import max_sim, run_means
from docai.query.explain import EXPLAINED_HITS
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex
from tests.unit.query.library import Library, page_of
from tests.unit.query.painted import GRID, PROMPT, PaintedEmbedder, painted, vector_of

TEXTS = ("sales of the harbour company", "cranes and quays", "the board of directors", "fees and charges")
RED_TILE = 7
"""Third row, second column."""
IMAGES = (painted({0: "green"}), painted({RED_TILE: "red"}), painted({2: "blue", 5: "blue"}), painted({}))


@pytest.fixture
def gallery(records: PostgresRecords, tenant: Tenant) -> Library:
    """A document of four pages: one has a green tile, one a red one, one two blue ones, one none."""
    embedder = PaintedEmbedder()
    index = MemoryIndex(dimension=embedder.dimension, encoder=embedder.fingerprint)
    library = Library(records, tenant, index, embedder)
    library.add("gallery.pdf", TEXTS, images=IMAGES)
    return library


@pytest.mark.parametrize(("colour", "number"), [("green", 1), ("red", 2), ("blue", 3)])
def test_a_page_is_found_by_what_its_image_shows(gallery: Library, colour: str, number: int) -> None:
    hit = gallery.search(colour, mode=SearchMode.LATE_INTERACTION)[0]
    assert hit.page_number == number
    assert hit.encoder == PaintedEmbedder.fingerprint
    assert hit.matches == ()
    assert hit.snippet == TEXTS[number - 1]


def test_matches_are_the_words_with_the_terms_of_the_query(gallery: Library) -> None:
    hit = gallery.search("red crane quays")[0]
    assert hit.page_number == 2
    assert {match.token: (match.word, match.similarity) for match in hit.matches} == {
        "crane": ("cranes", 1.0),
        "quays": ("quays", 1.0),
    }
    assert all(match.weight > 0 for match in hit.matches)
    assert hit.matches[0].box == Box(x0=0.0, y0=0.4, x1=1 / 3, y1=0.5)


def test_by_text_neither_encoder_nor_index_is_asked(gallery: Library) -> None:
    class Untouchable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    asking = Library(gallery.records, gallery.tenant, Untouchable(), Untouchable())  # type: ignore[arg-type]
    hit = asking.search("quays", mode=SearchMode.TEXT, explain=True)[0]
    assert (hit.page_number, hit.encoder) == (2, None)
    assert [match.word for match in hit.matches] == ["quays"]
    assert hit.explanation is not None
    assert hit.explanation.text_score == pytest.approx(hit.text_score)
    assert (hit.explanation.tokens, hit.explanation.late_interaction_score) == ((), None)


def test_the_best_pages_by_text_are_candidates_of_the_index(gallery: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[Any]] = []
    ask = gallery.index.search

    def asking(*args: Any, candidates: Sequence[Any] = (), **options: Any) -> Any:
        asked.append(candidates)
        return ask(*args, candidates=candidates, **options)

    monkeypatch.setattr(gallery.index, "search", asking)
    [place] = [(hit.document_id, hit.page_number) for hit in gallery.search("quays", mode=SearchMode.TEXT)]
    gallery.search("quays")
    gallery.search("quays", mode=SearchMode.LATE_INTERACTION)
    assert asked == [[place], []]


class Failing(PaintedEmbedder):
    """Cannot embed queries."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        raise self._error


def test_before_the_first_index_hybrid_search_ranks_by_text(gallery: Library) -> None:
    gallery.embedder = Failing(IndexMissing("No page was ever embedded."))
    hit = gallery.search("quays", explain=True)[0]
    assert (hit.page_number, hit.encoder, hit.late_interaction_rank) == (2, None, None)
    assert [match.word for match in hit.matches] == ["quays"]
    assert hit.explanation is not None
    assert sum(part.score for part in hit.explanation.rankings) == pytest.approx(hit.score)
    with pytest.raises(IndexMissing):
        gallery.search("quays", mode=SearchMode.LATE_INTERACTION)
    page = page_of(hit.document_id, 2, TEXTS[1])
    assert [round(box.x0, 2) for box, _ in gallery.heat_map("quays", page)] == [0.67]


@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.LATE_INTERACTION])
def test_an_encoder_that_does_not_answer_is_an_error_that_says_what_works(gallery: Library, mode: SearchMode) -> None:
    gallery.embedder = Failing(EngineUnavailable("No embed worker answered within 15 s."))
    with pytest.raises(EngineUnavailable, match=r"within 15 s\. Meanwhile, mode `text`"):
        gallery.search("quays", mode=mode)
    assert gallery.search("quays", mode=SearchMode.TEXT)[0].page_number == 2


def test_a_hit_is_explained_by_the_patches_that_met_each_token(gallery: Library) -> None:
    hit = gallery.search("red quays", explain=True)[0]
    said = hit.explanation
    assert said is not None
    stored = gallery.index.vectors(gallery.tenant.id, hit.document_id, hit.page_number)
    query = gallery.embedder.embed_query("red quays", {})
    assert stored is not None
    assert query is not None
    means = run_means(stored.vectors, GRID.run_lengths)
    assert said.candidate_score == pytest.approx(max_sim(query.vectors, means), abs=1e-5)
    assert said.late_interaction_score == pytest.approx(hit.late_interaction_score, abs=1e-5)
    assert said.candidate_score != pytest.approx(said.late_interaction_score, abs=0.01)
    assert [(token.number, token.token, token.word) for token in said.tokens] == [
        (1, PROMPT, None),
        (2, "red", None),
        (3, "quays", None),
    ]
    assert sum(token.score for token in said.tokens) == pytest.approx(said.late_interaction_score)
    red = said.tokens[1]
    assert red.similarity <= 1
    assert (red.similarity, red.weight) == (pytest.approx(1.0, abs=1e-3), pytest.approx(1.0))
    assert red.box == Box(x0=1 / 3, y0=2 / 4, x1=2 / 3, y1=3 / 4)
    assert said.text_score == pytest.approx(hit.text_score)
    assert sum(term.score for term in said.terms) == pytest.approx(hit.text_score)
    assert {term.term: term.score > 0 for term in said.terms} == {"red": False, "quay": True}
    assert sum(part.score for part in said.rankings) == pytest.approx(hit.score)


def test_no_more_hits_are_explained_than_one_can_wait_for(gallery: Library) -> None:
    n_pages = EXPLAINED_HITS + 5
    gallery.add("long.pdf", ["red paint"] * n_pages, images=[IMAGES[1]] * n_pages)
    hits = gallery.search("red", top_k=100, explain=True)
    assert len(hits) > EXPLAINED_HITS
    assert [hit.explanation is not None for hit in hits] == [rank < EXPLAINED_HITS for rank in range(len(hits))]
    assert not any(hit.explanation for hit in gallery.search("red"))


def test_the_heat_map_glows_where_patches_meet_a_token(gallery: Library) -> None:
    hit = gallery.search("red", mode=SearchMode.LATE_INTERACTION)[0]
    page = page_of(hit.document_id, hit.page_number, TEXTS[1])
    spots = gallery.heat_map("red", page, token=2)
    assert spots[-1] == (Box(x0=1 / 3, y0=2 / 4, x1=2 / 3, y1=3 / 4), 1.0)
    assert len(spots) == 1, "the other tiles are alike, and least of all"
    whole = gallery.heat_map("red", page)
    strengths = [strength for _, strength in whole]
    assert strengths == sorted(strengths)
    assert all(0 < strength <= 1 for strength in strengths)


def test_the_page_seen_whole_does_not_glow(gallery: Library) -> None:
    hit = gallery.search("blue", mode=SearchMode.LATE_INTERACTION)[0]
    stored = gallery.index.vectors(gallery.tenant.id, hit.document_id, hit.page_number)
    assert stored is not None
    assert max(stored.vectors[12:] @ vector_of("blue")) > 0.99, "the page seen whole shows the colour too"
    page = page_of(hit.document_id, hit.page_number, TEXTS[2])
    assert [box for box, _ in gallery.heat_map("blue", page, token=2)] == [GRID.boxes[2], GRID.boxes[5]]


@pytest.mark.parametrize("token", [0, 3])
def test_a_token_that_the_query_does_not_have_is_refused(gallery: Library, token: int) -> None:
    hit = gallery.search("red")[0]
    with pytest.raises(InvalidRequest, match="2 tokens"):
        gallery.heat_map("red", page_of(hit.document_id, hit.page_number, TEXTS[1]), token=token)


def test_a_page_without_vectors_or_of_one_colour_stays_dark(gallery: Library) -> None:
    hit = gallery.search("red")[0]
    assert gallery.heat_map("red", page_of(hit.document_id, 99, "")) == []
    assert gallery.heat_map("red", page_of(hit.document_id, 4, TEXTS[3])) == []


def test_vectors_of_another_length_explain_nothing(gallery: Library) -> None:
    class Longer(PaintedEmbedder):
        def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
            return QueryEmbedding(np.ones((1, 64), dtype=np.float32) / 8, ("red",), self.fingerprint)

    hit = gallery.search("red")[0]
    gallery.embedder = Longer()
    assert gallery.heat_map("red", page_of(hit.document_id, hit.page_number, TEXTS[1])) == []


@pytest.mark.parametrize("mode", list(SearchMode))
@pytest.mark.parametrize("text", ["what is it", "<|im_end|> <image> </s> [PAD]", "财务报表 收入", "?", "\x00"])
def test_odd_questions_are_searched_like_any_other(gallery: Library, text: str, mode: SearchMode) -> None:
    hits = gallery.search(text, mode=mode)
    assert len(hits) == (0 if mode is SearchMode.TEXT else len(TEXTS))
    assert all(hit.snippet for hit in hits)


def test_a_question_with_more_tokens_than_the_encoder_takes_is_refused(gallery: Library) -> None:
    with pytest.raises(InvalidQuestion, match="the limit is 64"):
        gallery.search("quays " * 600)
    assert gallery.search("quays " * 600, mode=SearchMode.TEXT)[0].page_number == 2
