"""From the settings to a loaded model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from docai.assembly import embedders
from docai.assembly.embedders import make_embedder
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.profiles import PROFILES, CommercialUse
from docai.errors import CheckpointRefused
from docai.settings import EmbedderSettings, Settings
from tests.models.conftest import Checkpoints
from tests.models.drawing import page


def made(folder: Path, **more: object) -> ColPaliEmbedder:
    chosen = EmbedderSettings.model_validate({"model": str(folder), "device": "cpu", **more})
    embedder = make_embedder(Settings(embedder=chosen))
    assert isinstance(embedder, ColPaliEmbedder)
    return embedder


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What is logged meanwhile."""
    told: list[dict[str, object]] = []
    monkeypatch.setattr(embedders, "log", lambda event, **fields: told.append({"event": event, **fields}))
    return told


def test_a_folder_is_loaded_as_the_settings_say(checkpoint: Checkpoints) -> None:
    embedder = made(checkpoint("ColQwen2"), dtype="bfloat16")
    assert embedder.sees_images
    assert (embedder.description["device"], embedder.description["dtype"]) == ("cpu", "bfloat16")


def test_pages_have_no_more_vectors_than_the_settings_say(checkpoint: Checkpoints) -> None:
    (whole,) = made(checkpoint("ColQwen2")).embed_images([page()])
    (small,) = made(checkpoint("ColQwen2"), visual_tokens=20).embed_images([page()])
    assert len(small.patches) <= 20 < len(whole.patches)


@pytest.mark.parametrize("more", [{"dtype": "bfloat16"}, {"visual_tokens": 20}])
def test_settings_that_change_the_vectors_change_the_fingerprint(
    more: dict[str, object], checkpoint: Checkpoints
) -> None:
    folder = checkpoint("ColQwen2")
    assert made(folder, **more).fingerprint != made(folder).fingerprint


def test_settings_that_change_only_the_pace_do_not_change_the_fingerprint(checkpoint: Checkpoints) -> None:
    folder = checkpoint("ColQwen2")
    assert made(folder, batch_tokens=4096, max_query_tokens=64).fingerprint == made(folder).fingerprint


def test_another_drawer_of_pages_is_another_encoder(checkpoint: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(checkpoint("ColQwen2")).fingerprint
    monkeypatch.setattr(embedders, "ENGINE", "pymupdf 9")
    assert made(checkpoint("ColQwen2")).fingerprint != before


def test_a_licence_that_forbids_commercial_use_is_told(
    checkpoint: Checkpoints, monkeypatch: pytest.MonkeyPatch, logged: list[dict[str, object]]
) -> None:
    folder = str(checkpoint("ColQwen2"))
    for name, use in (("free", CommercialUse.YES), ("bound", CommercialUse.NO)):
        mine = replace(PROFILES["colqwen2"], name=name, source=folder, licence="Some Licence", commercial_use=use)
        monkeypatch.setitem(PROFILES, name, mine)
        make_embedder(Settings(embedder=EmbedderSettings(model=name, device="cpu")))
    warned = [each for each in logged if each.get("level") == "warning"]
    assert [(each["model"], each["licence"]) for each in warned] == [("bound", "Some Licence")]


def test_a_checkpoint_that_is_refused_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}))
    with pytest.raises(CheckpointRefused, match="BertModel"):
        made(tmp_path)
