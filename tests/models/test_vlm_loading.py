"""Vision-language checkpoints that must not be loaded, and what is taken from those that are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file, save_file

from docai.domain.generations import StopReason
from docai.engines.vlm.loading import LocalOptions, load
from docai.engines.vlm.local import LocalModel
from docai.errors import CheckpointRefused, EngineUnavailable, ModelUnknown
from tests.models.conftest import Checkpoints
from tests.models.vlm_requests import drawn, request

CPU = LocalOptions(device="cpu")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(vlm_checkpoint: Checkpoints, tmp_path: Path) -> Path:
    """A Qwen2-VL checkpoint to be damaged."""
    return shutil.copytree(vlm_checkpoint("qwen2_vl"), tmp_path / "checkpoint")


def change(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_missing_weight_is_not_made_up(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    del weights[next(name for name in weights if "merger" in name)]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointRefused, match=r"1 weights of .* are missing"):
        load(str(folder), CPU)


def test_a_weight_that_finds_no_place_is_told(folder: Path) -> None:
    weights = {**load_file(folder / "model.safetensors"), "model.visual.extra": torch.zeros(3)}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointRefused, match="left over"):
        load(str(folder), CPU)


def test_pickles_are_not_opened(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CheckpointRefused, match="pickles"):
        load(str(folder), CPU)


def test_a_file_that_broke_off_is_told(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-100])
    with pytest.raises(CheckpointRefused, match="where its header says"):
        load(str(folder), CPU)


def test_a_checkpoint_without_a_chat_template_is_refused(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(CheckpointRefused, match=r"no chat template.*chat_template.jinja"):
        LocalModel(str(folder), CPU)


def test_a_chat_template_that_leaves_out_the_user_is_refused(folder: Path) -> None:
    (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m['role'] }}{% endfor %}")
    with pytest.raises(CheckpointRefused, match="leaves out what the user says"):
        LocalModel(str(folder), CPU)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("{{ m['content'] }}\n", "Be brief.\nuser: Read."),
        ("{{ raise_exception('no system here') }}", "user: Be brief.\n\nRead."),
        ("{% for c in m['content'] %}{{ c['text'] }}{% endfor %}", "Be brief.user: Read."),
    ],
)
def test_a_system_prompt_is_said_however_the_template_takes_it(folder: Path, system: str, expected: str) -> None:
    user = "user: {% for c in m['content'] %}{% if c['type'] == 'text' %}{{ c['text'] }}{% else %}" + (
        "<|vision_start|><|image_pad|><|vision_end|>{% endif %}{% endfor %}"
    )
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{% if m['role'] == 'system' %}"
        + system
        + "{% else %}"
        + user
        + "{% endif %}{% endfor %}"
    )
    model = LocalModel(str(folder), CPU)
    asked = request(model.images, drawn("a"), system="Be brief.")
    # A token a byte; the image's tokens, and the two around them, are no bytes.
    (said,) = model.generate([asked])
    assert said.usage.visual_tokens is not None
    assert said.usage.prompt_tokens == said.usage.visual_tokens + 2 + len(expected)
    model.close()


@pytest.mark.parametrize("family", ["blip2", "instructblip"])
def test_a_family_that_takes_one_image_is_given_no_more(family: str, vlm_checkpoint: Checkpoints) -> None:
    model = LocalModel(str(vlm_checkpoint(family)), CPU)
    (said,) = model.generate([request(model.images, drawn("a"), drawn("b"))])
    assert said.stop is StopReason.ERROR
    assert said.error is not None
    assert "1 image at a time" in said.error.message
    model.close()


def test_code_of_a_checkpoint_is_not_run_unless_allowed(folder: Path) -> None:
    change(folder / "config.json", model_type="their_own", auto_map={"AutoModelForCausalLM": "modeling.Theirs"})
    (folder / "modeling.py").write_text("raise SystemExit('it was run')")
    with pytest.raises(CheckpointRefused, match=r"code of its own.*ALLOW_REMOTE_CODE"):
        load(str(folder), CPU)


def test_code_that_is_not_needed_is_not_run(folder: Path) -> None:
    """Published checkpoints often still name the code that they had before transformers knew them."""
    change(folder / "config.json", auto_map={"AutoModelForCausalLM": "modeling.Theirs"})
    (folder / "modeling.py").write_text("raise SystemExit('it was run')")
    loaded = load(str(folder), LocalOptions(device="cpu", allow_remote_code=True))
    assert type(loaded.model).__name__ == "Qwen2VLForConditionalGeneration"


def test_a_model_that_transformers_does_not_have_is_refused(folder: Path) -> None:
    change(folder / "config.json", model_type="their_own")
    with pytest.raises(CheckpointRefused, match=r"'their_own', which transformers .* does not have"):
        load(str(folder), CPU)


def test_a_model_that_writes_no_text_about_images_is_refused(folder: Path) -> None:
    change(folder / "config.json", model_type="vit", architectures=["ViTModel"])
    with pytest.raises((CheckpointRefused, ModelUnknown)):
        load(str(folder), CPU)


def test_a_folder_follows_the_rule_that_the_operator_names(folder: Path) -> None:
    assert load(str(folder), LocalOptions(device="cpu", sees_as="qwen2.5-vl-7b")).rule.name == "qwen2.5-vl-7b"
    with pytest.raises(ModelUnknown):
        load(str(folder), LocalOptions(device="cpu", sees_as="no-such-model"))


def test_a_checkpoint_of_the_hub_is_loaded_with_its_commit(
    vlm_checkpoint: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the hub client's own store, as it is after a download, without a network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    store = tmp_path / "models--somebody--reader"
    shutil.copytree(vlm_checkpoint("qwen2_vl"), store / "snapshots" / COMMIT)
    (store / "refs").mkdir()
    (store / "refs" / "main").write_text(COMMIT)
    options = LocalOptions(device="cpu", cache=tmp_path)
    model = LocalModel("somebody/reader", options)
    assert model.name.startswith(f"somebody/reader@{COMMIT}")
    model.close()
    with pytest.raises(EngineUnavailable, match="neither a folder nor"):
        load("somebody/else", options)


def test_another_precision_is_computed_in(folder: Path) -> None:
    model = LocalModel(str(folder), LocalOptions(device="cpu", dtype="bfloat16"))
    assert next(model._loaded.model.parameters()).dtype is torch.bfloat16
    (said,) = model.generate([request(model.images, drawn("a"))])
    assert said.error is None
    model.close()
