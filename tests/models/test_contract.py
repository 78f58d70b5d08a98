"""The contract of page embedders, of a model of each way to cut a page."""

from __future__ import annotations

import pytest

from docai.domain.embeddings import PageSight
from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import load
from docai.errors import PageUnreadable
from docai.protocols import PageEmbedder
from tests.contracts.embedders import PageEmbedderContract
from tests.models.conftest import Checkpoints
from tests.models.drawing import page

WORDS = PageWords(
    witness=Witness.TEXT_LAYER, words=(Word(text="sales", box=Box(x0=0.1, y0=0.1, x1=0.2, y1=0.2), line=0),)
)


@pytest.fixture(scope="module", params=["ColQwen2", "ColPali", "ColModernVBert"])
def embedder(request: pytest.FixtureRequest, checkpoint: Checkpoints) -> PageEmbedder:
    return ColPaliEmbedder(load(str(checkpoint(request.param))))


@pytest.fixture
def sights() -> list[PageSight]:
    return [PageSight(WORDS, page(248, 351, seed=1)), PageSight(WORDS, page(351, 248, seed=2))]


class TestModels(PageEmbedderContract):
    def test_a_page_without_an_image_is_told(self, embedder: PageEmbedder, sights: list[PageSight]) -> None:
        with pytest.raises(PageUnreadable, match="no image to embed"):
            embedder.embed_pages([*sights, PageSight(WORDS)])

    def test_every_vector_of_the_image_is_given_and_none_of_the_prompt(
        self, embedder: PageEmbedder, sights: list[PageSight]
    ) -> None:
        assert isinstance(embedder, ColPaliEmbedder)
        (found,) = embedder.embed_pages(sights[:1])
        assert sights[0].image is not None
        (whole,) = embedder.embed_images([sights[0].image])
        assert found is not None
        assert len(found.vectors) == len(whole.patches) + len(whole.overview)
        assert len(whole.prompt) > 0
