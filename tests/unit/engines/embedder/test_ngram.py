from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.ngram import RUN_WORDS, NgramEmbedder


def page_of(texts: Sequence[str]) -> PageWords:
    step = 1 / max(1, len(texts))
    words = [
        Word(text=t, box=Box(x0=i * step, y0=0, x1=min(1, (i + 1) * step), y1=1), line=0) for i, t in enumerate(texts)
    ]
    return PageWords(witness=Witness.TEXT_LAYER, words=tuple(words))


def similarity(question: str, word: str) -> float:
    embedder = NgramEmbedder()
    query, page = embedder.embed_query(question, {}), embedder.embed_words(page_of([word]))
    assert query is not None
    assert page is not None
    return float((query.vectors @ page.vectors.T)[0, 0])


def test_the_same_word_is_the_same_vector_in_every_process() -> None:
    program = (
        "from docai.engines.embedder.ngram import NgramEmbedder;"
        "print(NgramEmbedder().embed_query('Gesamtbetrag', {}).vectors.round(6).tolist())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_words_spelt_alike_are_near_and_others_are_not() -> None:
    assert similarity("depreciation", "Depreciation") == pytest.approx(1.0, abs=1e-5)
    assert similarity("depreciation", "depreciations") > 0.8
    assert similarity("depreciation", "deprecation") > 0.5
    assert similarity("depreciation", "warehouse") < 0.35


def test_a_word_meets_a_query_best_among_the_querys_neighbours() -> None:
    embedder = NgramEmbedder()
    query = embedder.embed_query("net sales growth", {})
    page = embedder.embed_words(page_of(["shirt", "sales", "person", "quick", "net", "sales", "growth"]))
    assert query is not None
    assert page is not None
    sales = query.vectors[query.tokens.index("sales")] @ page.vectors.T
    assert int(sales.argmax()) == 5
    assert sales[5] > 0.95
    assert 0.5 < sales[1] < 0.9


def test_each_token_stands_where_its_word_stands() -> None:
    words = page_of(["The", "profit/loss", "\u2014", "rose"])
    page = NgramEmbedder().embed_words(words)
    assert page is not None
    assert page.word_ids == (1, 1, 3)
    assert page.boxes == tuple(words.words[i].box for i in page.word_ids)
    assert page.vectors.shape == (3, 128)


def test_a_query_token_is_as_long_as_its_terms_weight() -> None:
    query = NgramEmbedder().embed_query("Which invoices mention zinc?", {"invoic": 2.0, "mention": 0.5})
    assert query is not None
    assert query.tokens == ("invoices", "mention", "zinc")
    assert np.linalg.norm(query.vectors, axis=1) == pytest.approx([2.0, 0.5, 2.0], abs=1e-5)


def test_a_token_said_twice_asks_once() -> None:
    query = NgramEmbedder().embed_query("sales and sales", {})
    assert query is not None
    assert query.tokens == ("sales",)


@pytest.mark.parametrize("text", ["", "   ", "?!", "what is it"])
def test_text_without_content_gives_no_vectors(text: str) -> None:
    assert NgramEmbedder().embed_query(text, {}) is None
    assert NgramEmbedder().embed_words(page_of(text.split())) is None


@given(st.lists(st.text(min_size=1, max_size=12), max_size=20))
def test_every_vector_has_length_one(texts: list[str]) -> None:
    page = NgramEmbedder(dimension=32).embed_words(page_of(texts))
    if page is not None:
        assert np.linalg.norm(page.vectors, axis=1) == pytest.approx(np.ones(len(page.vectors)), abs=1e-4)


def test_ngrams_that_cancel_out_still_give_a_vector() -> None:
    vectors = [NgramEmbedder(dimension=1).embed_query(chr(code) * 2, {}) for code in range(ord("a"), ord("z") + 1)]
    assert all(query is not None and np.linalg.norm(query.vectors) == pytest.approx(1.0) for query in vectors)


def test_encoders_with_other_settings_have_other_fingerprints() -> None:
    assert NgramEmbedder(64).fingerprint != NgramEmbedder(128).fingerprint
    assert NgramEmbedder(64).dimension == 64


def test_pages_are_embedded_by_their_words_alone() -> None:
    words = page_of(["net", "sales"])
    seen, unseen, empty = NgramEmbedder().embed_pages(
        [PageSight(words, b"not an image"), PageSight(None, b"an image"), PageSight(page_of([]))]
    )
    again = NgramEmbedder().embed_words(words)
    assert seen is not None
    assert again is not None
    assert np.array_equal(seen.vectors, again.vectors)
    assert unseen is None
    assert empty is None
    assert not NgramEmbedder().sees_images


@pytest.mark.parametrize("n_words", [1, RUN_WORDS - 1, RUN_WORDS, RUN_WORDS + 1, 5 * RUN_WORDS + 2])
def test_neighbouring_words_are_one_run_and_the_last_one_may_be_shorter(n_words: int) -> None:
    page = NgramEmbedder().embed_words(page_of([f"word{i}" for i in range(n_words)]))
    assert page is not None
    assert sum(page.run_lengths) == len(page.vectors) == n_words
    assert set(page.run_lengths[:-1]) <= {RUN_WORDS}
    assert 1 <= page.run_lengths[-1] <= RUN_WORDS


def test_what_it_is_is_told() -> None:
    assert NgramEmbedder(64).description == {"source": "ngram", "dimension": "64"}
