"""The embedder where models and devices fail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from docai.domain.embeddings import PatchEmbedding
from docai.engines.embedder import grids
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import LoadedModel, load
from docai.errors import EngineUnavailable, InvalidEmbedding
from tests.models.conftest import Checkpoints
from tests.models.drawing import page


@pytest.fixture
def loaded(checkpoint: Checkpoints) -> LoadedModel:
    return load(str(checkpoint("ColQwen2")))


class SmallMemory:
    """Before the model runs: a device that holds so many pages at once."""

    def __init__(self, model: torch.nn.Module, room: int) -> None:
        self.tried: list[int] = []
        self.room = room
        model.register_forward_pre_hook(self.look, with_kwargs=True)

    def look(self, _: torch.nn.Module, __: object, inputs: dict[str, torch.Tensor]) -> None:
        self.tried.append(len(inputs["input_ids"]))
        if self.tried[-1] > self.room:
            raise torch.OutOfMemoryError


def patches(found: list[PatchEmbedding]) -> np.ndarray:
    return np.stack([each.patches.astype(np.float32) for each in found])


def test_a_batch_that_does_not_fit_into_memory_is_halved_and_remembered(loaded: LoadedModel) -> None:
    pages = [page(seed=seed) for seed in range(6)]
    embedder = ColPaliEmbedder(loaded, batch_tokens=8192)
    expected = embedder.embed_images(pages)
    memory = SmallMemory(loaded.model, room=2)
    assert np.allclose(patches(embedder.embed_images(pages)), patches(expected), atol=1e-3)
    assert memory.tried == [6, 3, 1, 1, 1, 1, 1, 1]
    memory.tried.clear()
    embedder.embed_images(pages[:2])
    assert memory.tried == [1, 1]


def test_a_page_that_does_not_fit_at_all_is_an_error_that_says_what_to_do(loaded: LoadedModel) -> None:
    SmallMemory(loaded.model, room=0)
    with pytest.raises(EngineUnavailable, match="lower the number of visual tokens"):
        ColPaliEmbedder(loaded).embed_images([page()])


def test_batches_have_no_more_image_tokens_than_asked(loaded: LoadedModel) -> None:
    memory = SmallMemory(loaded.model, room=100)
    ColPaliEmbedder(loaded, batch_tokens=2 * 54).embed_images([page(seed=seed) for seed in range(5)])
    assert memory.tried == [2, 2, 1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_a_model_that_gives_no_direction_is_an_error_and_not_a_point(loaded: LoadedModel, value: float) -> None:
    with torch.no_grad():
        loaded.model.custom_text_proj.weight.fill_(value)
        loaded.model.custom_text_proj.bias.zero_()
    embedder = ColPaliEmbedder(loaded)
    with pytest.raises(InvalidEmbedding, match="not of unit length"):
        embedder.embed_images([page()])
    with pytest.raises(InvalidEmbedding, match="not of unit length"):
        embedder.embed_query("net sales", {})


def test_a_processor_that_cuts_otherwise_than_foreseen_is_found_out(loaded: LoadedModel) -> None:
    embedder = ColPaliEmbedder(loaded)
    embedder._grid = lambda width, height: grids.square(3)  # type: ignore[method-assign]
    with pytest.raises(InvalidEmbedding, match="image vectors for a page of"):
        embedder.embed_images([page()])


def test_in_bfloat16_the_vectors_have_unit_length_too(checkpoint: Checkpoints) -> None:
    half = ColPaliEmbedder(load(str(checkpoint("ColQwen2")), dtype=torch.bfloat16))
    whole = ColPaliEmbedder(load(str(checkpoint("ColQwen2"))))
    ours, theirs = (patches(each.embed_images([page()]))[0] for each in (half, whole))
    assert np.allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-3)
    assert (ours * theirs).sum(axis=1).min() > 0.99


def test_pages_and_queries_may_be_embedded_at_once(loaded: LoadedModel) -> None:
    embedder = ColPaliEmbedder(loaded, batch_tokens=60)
    pages = [page(seed=seed) for seed in range(4)]
    expected, asked = patches(embedder.embed_images(pages)), embedder.embed_query("net sales", {})
    assert asked is not None
    with ThreadPoolExecutor(4) as threads:
        embedding = [threads.submit(embedder.embed_images, pages) for _ in range(3)]
        asking = [threads.submit(embedder.embed_query, "net sales", {}) for _ in range(40)]
    assert all(np.allclose(patches(each.result()), expected, atol=1e-3) for each in embedding)
    for each in asking:
        query = each.result()
        assert query is not None
        assert np.allclose(query.vectors, asked.vectors, atol=1e-3)


def test_what_was_chosen_is_told(loaded: LoadedModel) -> None:
    told = ColPaliEmbedder(loaded).description
    assert (told["architecture"], told["device"], told["dtype"], told["attention"]) == (
        "ColQwen2",
        "cpu",
        "float32",
        "sdpa",
    )
    assert all(told[library] for library in ("colpali-engine", "transformers", "torch"))


def test_no_pages_are_no_vectors(loaded: LoadedModel) -> None:
    assert ColPaliEmbedder(loaded).embed_images([]) == []
