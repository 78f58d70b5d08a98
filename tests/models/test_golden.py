from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from docai.engines.embedder import golden
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.golden import Golden
from docai.engines.embedder.loading import load
from docai.errors import IndexMismatch
from tests.models.conftest import Checkpoints


@pytest.fixture(scope="module", params=["ColQwen2", "ColModernVBert"])
def folder(request: pytest.FixtureRequest, checkpoint: Checkpoints) -> Path:
    return checkpoint(request.param)


@pytest.fixture(scope="module")
def built_with(folder: Path) -> Golden:
    return golden.golden_of(ColPaliEmbedder(load(str(folder))))


def test_the_same_encoder_loaded_again_is_the_same(folder: Path, built_with: Golden) -> None:
    kept = Golden.from_bytes(built_with.to_bytes())
    assert golden.check(ColPaliEmbedder(load(str(folder))), kept) > 0.9999


def test_an_encoder_with_another_fingerprint_is_refused(folder: Path, built_with: Golden) -> None:
    other = ColPaliEmbedder(load(str(folder), dtype=torch.bfloat16))
    with pytest.raises(IndexMismatch, match="built by another encoder"):
        golden.check(other, built_with)


@pytest.mark.parametrize(
    "change",
    [{"resample": 0}, {"image_mean": [0.3, 0.3, 0.3]}],
    ids=["another filter", "another normalisation"],
)
def test_a_library_that_prepares_pages_otherwise_is_found_out(
    change: dict[str, object], folder: Path, built_with: Golden, tmp_path: Path
) -> None:
    changed = shutil.copytree(folder, tmp_path / "changed")
    settings = json.loads((changed / "processor_config.json").read_text())
    settings["image_processor"].update(change)
    (changed / "processor_config.json").write_text(json.dumps(settings))
    embedder = ColPaliEmbedder(load(str(changed)))
    with pytest.raises(IndexMismatch, match="a library was changed beneath it"):
        golden.check(embedder, replace(built_with, encoder=embedder.fingerprint))


def test_other_weights_are_found_out(folder: Path, built_with: Golden) -> None:
    loaded = load(str(folder))
    with torch.no_grad():
        for weight in loaded.model.parameters():
            weight.add_(0.02 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
    with pytest.raises(IndexMismatch, match="no longer gives the vectors"):
        golden.check(ColPaliEmbedder(loaded), built_with)


def test_fewer_vectors_are_found_out(folder: Path, built_with: Golden) -> None:
    with pytest.raises(IndexMismatch, match="cosine -1"):
        golden.check(ColPaliEmbedder(load(str(folder))), replace(built_with, page=built_with.page[1:]))


def test_the_golden_page_never_changes() -> None:
    pixels = np.asarray(Image.open(io.BytesIO(golden.golden_page())))
    assert (
        hashlib.sha256(pixels.tobytes()).hexdigest()
        == "044c1f5acc8dc274a516c675abccf65ea6284589d0313341f3c9c1e5e21c0792"
    )
