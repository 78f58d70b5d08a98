"""The golden page and query under the encoder of words; under models in tests/models/test_golden.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from docai.engines.embedder import golden, ngram
from docai.engines.embedder.golden import Golden
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import IndexMismatch


def test_the_same_encoder_is_the_same_again() -> None:
    kept = Golden.from_bytes(golden.golden_of(NgramEmbedder()).to_bytes())
    assert golden.check(NgramEmbedder(), kept) > 0.9999
    assert kept.encoder == NgramEmbedder().fingerprint


def test_what_is_kept_is_the_whole_page_and_query() -> None:
    kept = golden.golden_of(NgramEmbedder())
    page, query = NgramEmbedder().embed_words(golden.golden_words()), NgramEmbedder().embed_query(golden.QUERY, {})
    assert page is not None
    assert query is not None
    assert np.allclose(kept.page, page.vectors, atol=1e-3)
    assert np.allclose(kept.query, query.vectors, atol=1e-3)


def test_an_encoder_with_other_settings_is_refused() -> None:
    with pytest.raises(IndexMismatch, match="built by another encoder"):
        golden.check(NgramEmbedder(64), golden.golden_of(NgramEmbedder()))


def test_a_change_to_its_vectors_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    built_with = golden.golden_of(NgramEmbedder())
    monkeypatch.setattr(ngram, "CONTEXT", (0.8, 0.2))
    changed = NgramEmbedder()
    with pytest.raises(IndexMismatch, match="no longer gives the vectors"):
        golden.check(changed, replace(built_with, encoder=changed.fingerprint))


def test_a_golden_page_that_is_a_pickle_is_not_loaded(tmp_path: object) -> None:
    import io

    stream = io.BytesIO()
    np.savez_compressed(stream, encoder=np.array("a"), page=np.array([object()]), query=np.zeros((1, 2)))
    with pytest.raises(ValueError, match="allow_pickle"):
        Golden.from_bytes(stream.getvalue())
