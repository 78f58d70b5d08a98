"""A set that is not here is missing by name, with the command that gets it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetMissing, InvalidRequest
from docai.evaluation.datasets.dataset import Dataset, HubPlace
from docai.evaluation.running.obtaining import fetched, how, located, place
from docai.evaluation.samples import Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers

OWN = Dataset(
    "own-set",
    "Own",
    Task.ANSWER,
    ("test",),
    lambda _: iter(()),
    AnlsAnswers(),
    layout="questions.jsonl",
    obtain="git clone https://example.org/set FOLDER",
    licence="CC0",
)
HUB = replace(OWN, name="hub-set", hub=HubPlace("someone/a-set", ("data/test-*",)))


def test_the_folder_given_comes_before_that_of_all_data(tmp_path: Path) -> None:
    (tmp_path / "own-set").mkdir()
    assert located(OWN, None, tmp_path) == tmp_path / "own-set"
    assert located(OWN, tmp_path, Path("elsewhere")) == tmp_path
    assert place(OWN, None, None) is None


def test_the_command_that_gets_it_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "all data"
    with pytest.raises(DatasetMissing) as own:
        located(OWN, None, folder)
    assert f"git clone https://example.org/set '{folder}/own-set'" in own.value.message
    assert "questions.jsonl" in own.value.message
    with pytest.raises(DatasetMissing) as hub:
        located(HUB, None, None)
    told = "hf download --repo-type dataset someone/a-set --include 'data/test-*' --local-dir FOLDER"
    assert told in hub.value.message
    assert how(HUB, None) == told


def test_only_sets_on_the_hub_are_fetched(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="not on the hub"):
        fetched(OWN, tmp_path)


def test_the_hub_is_asked_for_the_files_that_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub, "snapshot_download", lambda name, **options: asked.append({"name": name, **options}))
    assert fetched(HUB, tmp_path) == tmp_path
    wanted = {"repo_type": "dataset", "local_dir": tmp_path, "allow_patterns": ["data/test-*"]}
    assert asked == [{"name": "someone/a-set", **wanted}]


def test_a_hub_that_does_not_give_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")

    def away(*_: object, **__: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(hub, "snapshot_download", away)
    with pytest.raises(DatasetMissing, match="no route"):
        fetched(HUB, tmp_path)
