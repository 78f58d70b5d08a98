"""What every page embedder must do."""

from __future__ import annotations

import numpy as np
import pytest

from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import NgramEmbedder
from docai.protocols import PageEmbedder
from docai.stores.qdrant.admission import Admission

TEXT = "Annual report 2023 of the Harbour Company : net sales rose to $ 1,234.5 million"
WORDS = PageWords(
    witness=Witness.TEXT_LAYER,
    words=tuple(
        Word(text=text, box=Box(x0=i / 20, y0=0.1, x1=(i + 1) / 20, y1=0.2), line=0)
        for i, text in enumerate(TEXT.split())
    ),
)


@pytest.fixture(params=[32, 128, 1024])
def embedder(request: pytest.FixtureRequest) -> PageEmbedder:
    return NgramEmbedder(dimension=request.param)


def test_an_index_of_the_embedder_admits_its_pages_and_queries(embedder: PageEmbedder) -> None:
    admission = Admission(encoder=embedder.fingerprint, dimension=embedder.dimension)
    page, query = embedder.embed_page(WORDS), embedder.embed_query("net sales in 2023", {"sale": 2.0})
    assert page is not None
    assert query is not None
    assert admission.page(page).dtype == np.float32
    assert admission.query(query).dtype == np.float32


def test_every_vector_has_a_box_and_a_word(embedder: PageEmbedder) -> None:
    page = embedder.embed_page(WORDS)
    assert page is not None
    assert len(page.vectors) == len(page.boxes) == len(page.word_ids)
    assert all(WORDS.words[i].box == box for i, box in zip(page.word_ids, page.boxes, strict=True))


def test_every_query_vector_has_a_token(embedder: PageEmbedder) -> None:
    query = embedder.embed_query("net sales in 2023", {})
    assert query is not None
    assert len(query.vectors) == len(query.tokens) > 0


def test_the_same_page_gives_the_same_vectors(embedder: PageEmbedder) -> None:
    first, again = embedder.embed_page(WORDS), embedder.embed_page(WORDS)
    assert first is not None
    assert again is not None
    assert np.array_equal(first.vectors, again.vectors)


def test_nothing_to_embed_is_none(embedder: PageEmbedder) -> None:
    assert embedder.embed_page(PageWords(witness=None)) is None
    assert embedder.embed_query("", {}) is None


def test_a_query_finds_the_page_that_says_it_among_others(embedder: PageEmbedder) -> None:
    query = embedder.embed_query("net sales", {})
    said = embedder.embed_page(WORDS)
    other = embedder.embed_page(WORDS.model_copy(update={"words": WORDS.words[:7]}))
    assert query is not None
    assert said is not None
    assert other is not None
    scores = [(query.vectors @ page.vectors.T).max(axis=1).sum() for page in (said, other)]
    assert scores[0] > scores[1]
