"""Checkpoints that must not be loaded, and what is recorded of those that are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import colpali_engine.models as engine
import huggingface_hub
import numpy as np
import peft
import pytest
import torch
from safetensors.torch import load_file, save_file

from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import load
from docai.engines.embedder.profiles import ARCHITECTURES, PROFILES
from docai.errors import CheckpointRefused, EngineUnavailable
from tests.models.checkpoints import save
from tests.models.conftest import Checkpoints
from tests.models.drawing import page


@pytest.fixture
def folder(checkpoint: Checkpoints, tmp_path: Path) -> Path:
    """A ColQwen2 checkpoint to be damaged."""
    return shutil.copytree(checkpoint("ColQwen2"), tmp_path / "checkpoint")


def rewrite(folder: Path, drop: str = "", add: dict[str, torch.Tensor] | None = None) -> None:
    weights = {name: tensor for name, tensor in load_file(folder / "model.safetensors").items() if name != drop}
    save_file({**weights, **(add or {})}, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_checkpoint_is_loaded_as_it_was_saved(architecture: str, checkpoint: Checkpoints) -> None:
    folder = checkpoint(architecture)
    loaded = load(str(folder))
    stored = load_file(folder / "model.safetensors")
    kept = {name: weight.detach() for name, weight in loaded.model.named_parameters()}
    # The names differ where the library renames weights as it loads them; what they hold does not.
    assert sum(float(w.double().abs().sum()) for w in kept.values()) == pytest.approx(
        sum(float(w.double().abs().sum()) for name, w in stored.items() if "lm_head" not in name)
    )
    assert loaded.profile.architecture.name == architecture
    assert loaded.attention == loaded.model.config._attn_implementation == "sdpa"
    assert (loaded.dtype, loaded.device.type, loaded.revision) == (torch.float32, "cpu", None)


@pytest.mark.parametrize("architecture", ["ColPali", "ColQwen2", "ColIdefics3"])
def test_a_missing_weight_is_not_made_up(architecture: str, checkpoint: Checkpoints, tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint(architecture), tmp_path / "checkpoint")
    projection = next(n for n in load_file(folder / "model.safetensors") if "proj.weight" in n or "linear.w" in n)
    rewrite(folder, drop=projection)
    with pytest.raises(CheckpointRefused, match=r"1 weights of .* are missing"):
        load(str(folder))


def test_a_weight_without_a_place_is_not_dropped(folder: Path) -> None:
    rewrite(folder, add={"embedding_projection.weight": torch.zeros(128, 32)})
    with pytest.raises(CheckpointRefused, match="left over, the first embedding_projection"):
        load(str(folder))


def test_a_projection_to_another_dimension_is_refused(folder: Path) -> None:
    rewrite(folder, drop="custom_text_proj.weight", add={"custom_text_proj.weight": torch.zeros(320, 32)})
    with pytest.raises(CheckpointRefused, match="of another shape, the first custom_text_proj"):
        load(str(folder))


def test_a_missing_shard_is_refused(tmp_path: Path) -> None:
    folder = save("ColQwen2", tmp_path / "sharded", max_shard_size="100KB")
    loaded = load(str(folder))
    assert loaded.dimension == 128
    shard = sorted(folder.glob("model-*.safetensors"))[1]
    shard.unlink()
    with pytest.raises(CheckpointRefused, match=f"lacks {shard.name}"):
        load(str(folder))


def test_a_folder_without_a_processor_is_refused(folder: Path) -> None:
    for file in folder.glob("*"):
        if file.name not in ("config.json", "model.safetensors"):
            file.unlink()
    with pytest.raises(CheckpointRefused, match="processor"):
        load(str(folder))


def test_a_checkpoint_of_another_library_names_the_weights_that_do_not_fit(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "architectures": ["ColQwen2_5"]}))
    with pytest.raises(CheckpointRefused):
        load(str(folder))


def test_a_name_that_is_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="neither a folder nor to be had from the hub"):
        load(str(tmp_path / "nowhere"), cache=tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has one")
def test_a_gpu_that_is_not_there_is_told(checkpoint: Checkpoints) -> None:
    with pytest.raises(EngineUnavailable, match="no CUDA device"):
        load(str(checkpoint("ColQwen2")), device="cuda")


def test_where_nothing_else_is_asked_a_gpu_is_used_if_there_is_one(checkpoint: Checkpoints) -> None:
    here = "cuda" if torch.cuda.is_available() else "cpu"
    assert load(str(checkpoint("ColQwen2")), device="auto").device.type == here


def test_the_number_of_visual_tokens_can_be_lowered(checkpoint: Checkpoints) -> None:
    folder = str(checkpoint("ColQwen2"))
    whole, small = (ColPaliEmbedder(load(folder, visual_tokens=n)) for n in (None, 20))
    assert whole.embed_images([page()])[0].rows == 9
    found = small.embed_images([page()])[0]
    assert found.rows * found.columns <= 20
    assert small.fingerprint != whole.fingerprint


def test_the_fingerprint_tells_what_decides_the_vectors(checkpoint: Checkpoints, tmp_path: Path) -> None:
    folder = checkpoint("ColQwen2")
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    first = ColPaliEmbedder(load(str(folder))).fingerprint
    assert ColPaliEmbedder(load(str(elsewhere))).fingerprint == first
    assert ColPaliEmbedder(load(str(folder), dtype=torch.bfloat16)).fingerprint != first
    assert ColPaliEmbedder(load(str(folder)), renderer="pymupdf 2").fingerprint != first
    weights = load_file(elsewhere / "model.safetensors")
    rewrite(
        elsewhere, drop="custom_text_proj.bias", add={"custom_text_proj.bias": weights["custom_text_proj.bias"] + 1}
    )
    assert ColPaliEmbedder(load(str(elsewhere))).fingerprint != first


@pytest.fixture
def adapter(checkpoint: Checkpoints, tmp_path: Path) -> Path:
    """Low-rank changes to a ColQwen2, of every layer and of the projection, as the engine's training makes them."""
    base = str(checkpoint("ColQwen2"))
    targets = (
        r"(.*(language_model).*(down_proj|gate_proj|up_proj|k_proj|q_proj|v_proj|o_proj).*$|.*custom_text_proj.*$)"
    )
    changed = peft.get_peft_model(
        engine.ColQwen2.from_pretrained(base), peft.LoraConfig(r=4, init_lora_weights=False, target_modules=targets)
    )
    changed.peft_config["default"].base_model_name_or_path = base
    changed.save_pretrained(tmp_path / "adapter")
    changed.merge_and_unload().save_pretrained(tmp_path / "merged")
    for folder in ("adapter", "merged"):
        engine.ColQwen2Processor.from_pretrained(base).save_pretrained(tmp_path / folder)
    return tmp_path / "adapter"


def test_an_adapter_gives_the_vectors_of_the_model_it_was_merged_into(adapter: Path, checkpoint: Checkpoints) -> None:
    merged, added, bare = (
        ColPaliEmbedder(load(str(folder))) for folder in (adapter.parent / "merged", adapter, checkpoint("ColQwen2"))
    )
    expected, found, unchanged = (each.embed_images([page()])[0].patches for each in (merged, added, bare))
    assert np.allclose(found.astype(np.float32), expected.astype(np.float32), atol=2e-3)
    assert not np.allclose(unchanged.astype(np.float32), expected.astype(np.float32), atol=1e-2)
    assert len({merged.fingerprint, added.fingerprint, bare.fingerprint}) == 3


def test_an_adapter_that_lacks_a_weight_is_refused(adapter: Path) -> None:
    weights = load_file(adapter / "adapter_model.safetensors")
    first = next(iter(weights))
    del weights[first]
    save_file(weights, adapter / "adapter_model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointRefused, match="are missing"):
        load(str(adapter))


def test_an_adapter_of_pickles_is_refused(adapter: Path) -> None:
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    with pytest.raises(CheckpointRefused, match="pickles"):
        load(str(adapter))


def test_an_adapter_to_a_model_that_lacks_a_weight_is_refused(adapter: Path, folder: Path) -> None:
    """Where the library itself would tell only what the adapter lacks."""
    rewrite(folder, drop="custom_text_proj.weight")
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": str(folder)}))
    with pytest.raises(CheckpointRefused, match="custom_text_proj"):
        load(str(adapter))


def test_an_adapter_that_names_no_model_is_refused(adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": None}))
    with pytest.raises(CheckpointRefused, match="does not name the model"):
        load(str(adapter))


def test_a_checkpoint_of_the_hub_is_loaded_with_its_commit(
    checkpoint: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the hub client's own store, as it is after a download, without a network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    commit = "0123456789abcdef0123456789abcdef01234567"
    store = tmp_path / "models--somebody--colqwen2"
    shutil.copytree(checkpoint("ColQwen2"), store / "snapshots" / commit)
    (store / "refs").mkdir()
    (store / "refs" / "main").write_text(commit)
    loaded = load("somebody/colqwen2", cache=tmp_path)
    assert (loaded.revision, loaded.profile.name) == (commit, "colqwen2")
    here = ColPaliEmbedder(load(str(checkpoint("ColQwen2"))))
    assert ColPaliEmbedder(loaded).fingerprint == here.fingerprint
    with pytest.raises(EngineUnavailable, match="neither a folder nor"):
        load("somebody/else", cache=tmp_path)


def test_a_profile_whose_weights_are_of_another_architecture_is_refused(
    checkpoint: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = replace(PROFILES["colsmol-256m"], source=str(checkpoint("ColQwen2")))
    monkeypatch.setitem(PROFILES, "mine", replace(mine, name="mine"))
    with pytest.raises(CheckpointRefused, match="is of the architecture ColQwen2, not ColIdefics3"):
        load("mine", cache=tmp_path)


def test_vectors_of_another_length_than_the_profile_says_are_refused(
    checkpoint: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = replace(PROFILES["colqwen3.5"], name="mine", source=str(checkpoint("ColQwen3_5")))
    monkeypatch.setitem(PROFILES, "mine", mine)
    with pytest.raises(CheckpointRefused, match="gives vectors of 128 numbers, not 320"):
        load("mine", cache=tmp_path)
