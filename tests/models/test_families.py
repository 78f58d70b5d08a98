"""Every architecture of the ColPali family, through our own loading and embedding."""

from __future__ import annotations

import io

import colpali_engine.models as engine
import numpy as np
import pytest
import torch
from PIL import Image

from docai.domain.embeddings import PatchEmbedding
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import load
from docai.engines.embedder.profiles import ARCHITECTURES, Cutting
from docai.errors import InvalidQuestion, PageUnreadable
from tests.models.conftest import Checkpoints
from tests.models.drawing import marked, page

BATCH_TOLERANCE = 1e-3
"""Largest difference of one number of a page's vectors, alone and in a batch: float16 steps near 1 are 0.0005."""

UPRIGHT, LYING = (248, 351), (351, 248)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def embedder(request: pytest.FixtureRequest, checkpoint: Checkpoints) -> ColPaliEmbedder:
    return ColPaliEmbedder(load(str(checkpoint(request.param))), batch_tokens=8192)


@pytest.fixture(scope="module")
def upright(embedder: ColPaliEmbedder) -> PatchEmbedding:
    return embedder.embed_images([page(*UPRIGHT)])[0]


def whole(found: PatchEmbedding) -> np.ndarray:
    return np.concatenate([found.patches, found.overview, found.prompt]).astype(np.float32)


def test_every_vector_has_unit_length_in_float16(embedder: ColPaliEmbedder, upright: PatchEmbedding) -> None:
    assert upright.patches.dtype == upright.prompt.dtype == upright.overview.dtype == np.float16
    assert upright.patches.shape[1] == embedder.dimension
    assert np.allclose(np.linalg.norm(whole(upright), axis=1), 1.0, atol=1e-3)


def test_every_patch_has_a_box_and_the_boxes_fill_the_page(upright: PatchEmbedding) -> None:
    assert len(upright.patches) == len(upright.boxes) == upright.rows * upright.columns > 1
    assert len(upright.overview) == len(upright.overview_boxes)
    assert sum(box.area for box in upright.boxes) == pytest.approx(1.0)


def test_a_page_gives_the_same_vectors_whatever_it_is_batched_with(
    embedder: ColPaliEmbedder, upright: PatchEmbedding
) -> None:
    others = [page(*LYING, seed=1), page(*UPRIGHT, seed=2), page(*UPRIGHT), page(300, 200, seed=3)]
    among = embedder.embed_images(others)[2]
    assert np.abs(whole(among) - whole(upright)).max() <= BATCH_TOLERANCE


def test_pages_come_back_in_the_order_given(embedder: ColPaliEmbedder, upright: PatchEmbedding) -> None:
    first, second, third = embedder.embed_images([page(*UPRIGHT, seed=1), page(*LYING), page(*UPRIGHT)])
    alone = embedder.embed_images([page(*LYING)])[0]
    assert np.abs(whole(third) - whole(upright)).max() <= BATCH_TOLERANCE
    assert np.abs(whole(second) - whole(alone)).max() <= BATCH_TOLERANCE
    assert np.abs(whole(first) - whole(upright)).max() > 2 * BATCH_TOLERANCE


@pytest.mark.parametrize(("row", "column"), [(0.55, 0.2), (0.2, 0.8), (0.9, 0.6)])
def test_the_patch_that_changes_most_lies_where_the_page_was_marked(
    embedder: ColPaliEmbedder, row: float, column: float
) -> None:
    blank = embedder.embed_images([marked(*UPRIGHT, None)])[0]
    cell = int(row * blank.rows) * blank.columns + int(column * blank.columns)
    box = blank.boxes[cell]
    inked = embedder.embed_images([marked(*UPRIGHT, (box.x0, box.y0, box.x1, box.y1))])[0]
    change = np.linalg.norm(inked.patches.astype(np.float32) - blank.patches.astype(np.float32), axis=1)
    most = blank.boxes[int(change.argmax())]
    # The filter with which the page is scaled spreads a mark's edge into the cells beside it.
    near = 1.01 / blank.columns, 1.01 / blank.rows
    assert abs(most.centre[0] - box.centre[0]) < near[0]
    assert abs(most.centre[1] - box.centre[1]) < near[1]


def test_a_query_has_a_vector_per_token(embedder: ColPaliEmbedder) -> None:
    query = embedder.embed_query("What are the net sales of 2023?", {})
    assert query is not None
    assert query.vectors.dtype == np.float32
    assert query.vectors.shape == (len(query.tokens), embedder.dimension)
    assert "net sales" in "".join(query.tokens)
    assert query.encoder == embedder.fingerprint


@pytest.mark.parametrize("text", ["which of the and", "净销售额是多少?", "¿Dónde está el total? 😀"])
def test_a_query_in_any_language_or_of_stop_words_is_embedded(embedder: ColPaliEmbedder, text: str) -> None:
    query = embedder.embed_query(text, {})
    assert query is not None
    assert np.isfinite(query.vectors).all()


def test_a_query_of_nothing_is_none(embedder: ColPaliEmbedder) -> None:
    assert embedder.embed_query(" \n\t ", {}) is None


def test_a_query_of_five_thousand_tokens_is_refused(embedder: ColPaliEmbedder) -> None:
    with pytest.raises(InvalidQuestion, match="shorten it to 512"):
        embedder.embed_query("sales " * 5000, {})


def test_special_tokens_in_a_query_are_plain_text(embedder: ColPaliEmbedder) -> None:
    tokenizer = embedder._processor.tokenizer
    special = [token for token in tokenizer.get_added_vocab() if token.strip()]
    asked = embedder.embed_query(f"net {' sales '.join(special[:12])} of <|im<|im_start|>_start|>", {})
    plain = embedder.embed_query("net sales", {})
    assert asked is not None
    assert plain is not None
    # The model's own prompt may have special tokens; what was asked adds none.
    assert [t for t in asked.tokens if t in special] == [t for t in plain.tokens if t in special]


def test_a_damaged_image_is_refused(embedder: ColPaliEmbedder) -> None:
    with pytest.raises(PageUnreadable, match="damaged"):
        embedder.embed_images([page(*UPRIGHT)[:200]])


def test_the_vectors_are_those_of_the_library_itself(embedder: ColPaliEmbedder, upright: PatchEmbedding) -> None:
    loaded = embedder._loaded
    image = Image.open(io.BytesIO(page(*UPRIGHT))).convert("RGB")
    made = loaded.processor.process_images([image])
    made.pop("labels", None)
    with torch.inference_mode():
        output = loaded.model(**made)
    theirs = getattr(output, "embeddings", output)[0].numpy()
    assert len(theirs) == len(whole(upright))
    cosines = theirs @ whole(upright).T
    assert cosines.max(axis=1).min() > 0.999  # each of theirs is one of ours


@pytest.mark.parametrize("architecture", ["ColIdefics3", "ColModernVBert"])
def test_tiles_lie_on_the_page_as_the_engine_lays_them(architecture: str, checkpoint: Checkpoints) -> None:
    loaded = load(str(checkpoint(architecture)))
    image = Image.open(io.BytesIO(page(351, 200))).convert("RGB")
    made = loaded.processor.process_images([image])
    with torch.inference_mode():
        theirs = loaded.model(**made)[0]
    ours = ColPaliEmbedder(loaded).embed_images([page(351, 200)])[0]
    mask = loaded.processor.get_local_image_mask(made)[0]
    grid = loaded.processor.rearrange_image_embeddings(theirs, mask, (ours.columns, ours.rows))
    expected = grid.permute(1, 0, 2).reshape(-1, loaded.dimension).numpy()
    assert np.allclose(expected, ours.patches.astype(np.float32), atol=1e-3)


def test_a_page_too_narrow_to_be_seen_is_refused(checkpoint: Checkpoints) -> None:
    embedder = ColPaliEmbedder(load(str(checkpoint("ColQwen2"))))
    with pytest.raises(PageUnreadable, match="too narrow"):
        embedder.embed_images([page(2, 900)])


def test_every_engine_model_has_an_architecture_here() -> None:
    late = {name for name in dir(engine) if name.startswith("Col") and "Processor" not in name}
    # The Omni model hears and speaks too; its pages are ColQwen2.5's.
    assert late - {"ColQwen2_5Omni"} <= set(ARCHITECTURES)
    assert {each.cutting for each in ARCHITECTURES.values()} == set(Cutting)
