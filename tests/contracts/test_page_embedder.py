"""The contract of page embedders, of the one that needs no weights; models meet it in tests/models/test_contract.py."""

from __future__ import annotations

import pytest

from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.protocols import PageEmbedder
from tests.contracts.embedders import PageEmbedderContract

TEXT = "Annual report 2023 of the Harbour Company : net sales rose to $ 1,234.5 million"
WORDS = PageWords(
    witness=Witness.TEXT_LAYER,
    words=tuple(
        Word(text=text, box=Box(x0=i / 20, y0=0.1, x1=(i + 1) / 20, y1=0.2), line=0)
        for i, text in enumerate(TEXT.split())
    ),
)
OTHER = WORDS.model_copy(update={"words": WORDS.words[:7]})


class TestNgram(PageEmbedderContract):
    @pytest.fixture(params=[32, 128, 1024])
    def embedder(self, request: pytest.FixtureRequest) -> PageEmbedder:
        return NgramEmbedder(dimension=request.param)

    @pytest.fixture
    def sights(self) -> list[PageSight]:
        return [PageSight(WORDS), PageSight(OTHER)]

    def test_every_vector_stands_where_its_word_does(self, embedder: PageEmbedder) -> None:
        page = embedder.embed_words(WORDS)
        assert page is not None
        assert all(WORDS.words[i].box == box for i, box in zip(page.word_ids, page.boxes, strict=True))

    def test_a_page_with_nothing_to_embed_is_none(self, embedder: PageEmbedder) -> None:
        assert embedder.embed_pages([PageSight(PageWords(witness=None)), PageSight(None)]) == [None, None]

    def test_a_query_finds_the_page_that_says_it_among_others(self, embedder: PageEmbedder) -> None:
        query = embedder.embed_query("net sales", {})
        said, other = embedder.embed_pages([PageSight(WORDS), PageSight(OTHER)])
        assert query is not None
        assert said is not None
        assert other is not None
        scores = [(query.vectors @ page.vectors.T).max(axis=1).sum() for page in (said, other)]
        assert scores[0] > scores[1]
