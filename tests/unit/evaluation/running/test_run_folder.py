"""A run's folder gives back what was put in."""

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.predictions import Failure, Prediction
from docai.evaluation.running.record import begun
from docai.evaluation.running.run_folder import PREDICTIONS, RECORD, RunFolder
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.running.scoring_run import scored
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.settings import Settings
from tests.unit.evaluation.running.test_record import DATASET

SAMPLES = [
    Sample(
        f"q{number}",
        Task.ANSWER,
        (SampleFile("a.png", lambda: b""),),
        {"answers": ["one\u2028line", "other"]},
        "What\u2028is\x85it?",
        group="a",
        categories={"kind": "text"},
    )
    for number in range(3)
]


def record() -> RunRecord:
    return begun(DATASET, SAMPLES, split="test", first=None, seed=1, profile="layout", settings=Settings())


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    begun_here = RunFolder(tmp_path / "run")
    begun_here.begin(record().model_copy(update={"seed": 7}), SAMPLES)
    return begun_here


def test_samples_come_back_with_their_files_names(folder: RunFolder) -> None:
    found = folder.samples()
    assert [(s.id, s.question, s.truth, s.group, s.categories) for s in found] == [
        (s.id, s.question, s.truth, s.group, s.categories) for s in SAMPLES
    ]
    assert [file.name for file in found[0].files] == ["a.png"]
    with pytest.raises(DatasetMissing):
        found[0].files[0].read()
    assert folder.record().seed == 7


def test_the_newest_prediction_of_a_sample_counts_and_those_asked_are_scored(folder: RunFolder) -> None:
    with pytest.raises(DatasetMissing, match="no prediction yet"):
        scored(folder, DATASET)
    folder.append(Prediction(sample_id="q1", failure=Failure(code="x", message="y")))
    folder.append(Prediction(sample_id="q1", seconds=2.0))
    assert folder.predictions() == {"q1": Prediction(sample_id="q1", seconds=2.0)}
    assert [(each.sample.id, each.score.values["anls"]) for each in scored(folder, DATASET)] == [("q1", 0.0)]


def test_a_folder_without_a_run_and_a_damaged_one_are_told(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="holds no run"):
        RunFolder(tmp_path).record()
    with pytest.raises(DatasetMissing, match="holds no run"):
        RunFolder(tmp_path).samples()
    (folder.path / PREDICTIONS).write_bytes(b"{}\n")
    with pytest.raises(DatasetDamaged, match="line 1"):
        folder.predictions()
    (folder.path / RECORD).write_bytes(b"{}")
    with pytest.raises(DatasetDamaged, match="no record of a run"):
        folder.record()
