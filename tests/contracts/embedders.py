"""What every page embedder must do, as checks that its tests call; they are given a page that says what it is asked."""

from __future__ import annotations

import numpy as np
import pytest

from docai.domain.embeddings import PageEmbedding, PageSight
from docai.protocols import PageEmbedder
from docai.stores.qdrant.admission import Admission

NOTHING_TO_LOOK_FOR = ("", " \n ")


class PageEmbedderContract:
    """Inherited by the tests of an embedder, which give the fixtures `embedder` and `sights`."""

    @pytest.fixture
    def pages(self, embedder: PageEmbedder, sights: list[PageSight]) -> list[PageEmbedding]:
        """The pages' vectors; each of them has something to embed."""
        found = [page for page in embedder.embed_pages(sights) if page is not None]
        assert len(found) == len(sights) >= 2
        return found

    def test_an_index_of_the_embedder_admits_its_pages_and_queries(
        self, embedder: PageEmbedder, pages: list[PageEmbedding]
    ) -> None:
        admission = Admission(encoder=embedder.fingerprint, dimension=embedder.dimension)
        query = embedder.embed_query("net sales in 2023", {"sale": 2.0})
        assert query is not None
        admission.query(query)
        for page in pages:
            assert admission.page(page).shape == page.vectors.shape

    def test_vectors_are_of_unit_length_in_single_precision(self, pages: list[PageEmbedding]) -> None:
        for page in pages:
            assert page.vectors.dtype == np.float32
            assert np.allclose(np.linalg.norm(page.vectors, axis=1), 1.0, atol=2e-3)

    def test_every_vector_has_a_box(self, pages: list[PageEmbedding]) -> None:
        for page in pages:
            assert len(page.vectors) == len(page.boxes) > 0

    def test_the_runs_are_of_all_vectors(self, pages: list[PageEmbedding]) -> None:
        for page in pages:
            assert sum(page.run_lengths) == len(page.vectors)
            assert min(page.run_lengths) >= 1
            assert len(page.run_lengths) < len(page.vectors)

    def test_every_vector_is_of_a_word_or_of_a_patch(self, embedder: PageEmbedder, pages: list[PageEmbedding]) -> None:
        for page in pages:
            if embedder.sees_images:
                assert page.grid is not None
                assert page.grid.n_vectors == len(page.vectors)
                assert page.word_ids == ()
            else:
                assert page.grid is None
                assert len(page.word_ids) == len(page.vectors)

    def test_every_query_vector_has_a_token(self, embedder: PageEmbedder) -> None:
        query = embedder.embed_query("net sales in 2023", {})
        assert query is not None
        assert len(query.vectors) == len(query.tokens) > 0
        assert query.vectors.dtype == np.float32

    def test_pages_and_queries_carry_the_fingerprint(self, embedder: PageEmbedder, pages: list[PageEmbedding]) -> None:
        query = embedder.embed_query("net sales", {})
        assert query is not None
        assert {embedder.fingerprint} == {query.encoder, *(page.encoder for page in pages)}

    def test_a_page_s_vectors_do_not_depend_on_the_pages_beside_it(
        self, embedder: PageEmbedder, sights: list[PageSight], pages: list[PageEmbedding]
    ) -> None:
        for sight, among in zip(sights, pages, strict=True):
            (alone,) = embedder.embed_pages([sight])
            assert alone is not None
            assert np.allclose(alone.vectors, among.vectors, atol=1e-3)

    def test_the_words_give_the_page_s_vectors_again_or_nothing(
        self, embedder: PageEmbedder, sights: list[PageSight], pages: list[PageEmbedding]
    ) -> None:
        for sight, page in zip(sights, pages, strict=True):
            assert sight.words is not None
            again = embedder.embed_words(sight.words)
            if embedder.sees_images:
                assert again is None
            else:
                assert again is not None
                assert np.array_equal(again.vectors, page.vectors)

    def test_no_pages_are_no_vectors(self, embedder: PageEmbedder) -> None:
        assert embedder.embed_pages([]) == []

    @pytest.mark.parametrize("text", NOTHING_TO_LOOK_FOR)
    def test_a_query_with_nothing_to_look_for_is_none(self, text: str, embedder: PageEmbedder) -> None:
        assert embedder.embed_query(text, {}) is None
