from __future__ import annotations

import json
from pathlib import Path

import pytest

from docai.engines.embedder.checkpoint import inspect
from docai.errors import CheckpointRefused


def safetensors(n_bytes: int) -> bytes:
    """A file of one tensor."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [n_bytes], "data_offsets": [0, n_bytes]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(n_bytes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["ColQwen2"], "hidden_size": 32}))
    (tmp_path / "tokenizer_config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(safetensors(100))
    return tmp_path


def shard(folder: Path) -> None:
    """The same weights in two files."""
    (folder / "model.safetensors").unlink()
    names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    for name in names:
        (folder / name).write_bytes(safetensors(50))
    index = {"weight_map": dict(zip(["a", "b"], names, strict=True))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def test_a_folder_is_recognised_by_its_architecture(folder: Path) -> None:
    assert inspect(folder).architecture.processor == "ColQwen2Processor"


def test_shards_are_all_part_of_the_digest(folder: Path) -> None:
    shard(folder)
    before = inspect(folder)
    changed = bytearray(safetensors(50))
    changed[-1] = 1
    (folder / "model-00002-of-00002.safetensors").write_bytes(changed)
    after = inspect(folder)
    assert after.weights_digest != before.weights_digest
    assert after.settings_digest == before.settings_digest


def test_a_changed_setting_changes_only_the_settings_digest(folder: Path) -> None:
    before = inspect(folder)
    (folder / "preprocessor_config.json").write_text('{"resample": 2}')
    after = inspect(folder)
    assert after.weights_digest == before.weights_digest
    assert after.settings_digest != before.settings_digest


def test_a_missing_shard_is_named(folder: Path) -> None:
    shard(folder)
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointRefused, match="lacks model-00002-of-00002"):
        inspect(folder)


def test_pickles_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CheckpointRefused, match=r"pickles \(pytorch_model.bin\)"):
        inspect(folder)


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointRefused, match=r"lacks model\.safetensors"):
        inspect(folder)


@pytest.mark.parametrize("architectures", [["BertModel"], [], None, ["ColQwen2_5Omni"]])
def test_an_unknown_architecture_is_refused(folder: Path, architectures: object) -> None:
    (folder / "config.json").write_text(json.dumps({"architectures": architectures, "model_type": "bert"}))
    with pytest.raises(CheckpointRefused, match="no embedder is of the architecture"):
        inspect(folder)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json", "processor_config.json"])
@pytest.mark.parametrize("asked", [{"auto_map": {"AutoModel": "code.Model"}}, {"a": [{"trust_remote_code": True}]}])
def test_a_checkpoint_that_wants_to_run_code_is_refused(folder: Path, file: str, asked: dict[str, object]) -> None:
    (folder / file).write_text(json.dumps({"architectures": ["ColQwen2"], **asked}))
    with pytest.raises(CheckpointRefused, match="never done"):
        inspect(folder)


@pytest.mark.parametrize("cut", [0, 4, 20, -1])
def test_a_file_that_was_cut_short_is_refused(folder: Path, cut: int) -> None:
    (folder / "model.safetensors").write_bytes(safetensors(100)[:cut])
    with pytest.raises(CheckpointRefused, match="fetch the checkpoint again"):
        inspect(folder)


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"a": '])
def test_a_damaged_configuration_is_refused(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    with pytest.raises(CheckpointRefused):
        inspect(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointRefused, match=r"no config\.json"):
        inspect(tmp_path)
