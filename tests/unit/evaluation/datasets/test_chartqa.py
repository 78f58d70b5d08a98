"""ChartQA from its folder, the hub's files and a folder with a manifest."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.chartqa import DATASET
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet


def load(folder: Path, split: str = "test") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def told(samples: list[Sample]) -> list[tuple[Any, ...]]:
    return [(each.question, each.truth["answer"], each.truth["author"], each.files[0].read()) for each in samples]


EXPECTED = [
    ("How much?", "14", "human", picture(1)),
    ("Is it?", "Yes", "human", picture(2)),
    ("Which year?", "2010", "augmented", picture(1)),
]


@pytest.mark.parametrize("inside", [".", "ChartQA Dataset"])
def test_its_folder_is_read(tmp_path: Path, inside: str) -> None:
    root = tmp_path / inside / "test"
    human = [
        {"imgname": "1.png", "query": "How much?", "label": "14"},
        {"imgname": "2.png", "query": "Is it?", "label": "Yes"},
    ]
    write(root / "test_human.json", human)
    write(root / "test_augmented.json", [{"imgname": "1.png", "query": "Which year?", "label": 2010}])
    for n in (1, 2):
        write(root / "png" / f"{n}.png", picture(n))
    samples = load(tmp_path)
    assert told(samples) == EXPECTED
    assert [sample.id for sample in samples] == ["human/0", "human/1", "augmented/0"]
    assert [sample.group for sample in samples] == ["1.png", "2.png", "1.png"]
    assert samples[2].categories == {"question by": "augmented"}


def test_the_hubs_files_are_read(tmp_path: Path) -> None:
    rows = [
        {"type": "human_test", "question": "How much?", "answer": "14", "image": cell(1)},
        {"type": "human_test", "question": "Is it?", "answer": "Yes", "image": cell(2)},
        {"type": "augmented_test", "question": "Which year?", "answer": "2010", "image": cell(1)},
    ]
    write_parquet(tmp_path / "data" / "test-00000-of-00001.parquet", rows)
    samples = load(tmp_path)
    assert told(samples) == EXPECTED
    assert samples[0].files[0].name == samples[2].files[0].name != samples[1].files[0].name


def test_the_other_files_of_the_hub_are_read(tmp_path: Path) -> None:
    rows = [
        {"image": cell(1), "query": "How much?", "label": ["14"], "human_or_machine": 0},
        {"image": cell(2), "query": "Is it?", "label": ["Yes"], "human_or_machine": 0},
        {"image": cell(1), "query": "Which year?", "label": ["2010"], "human_or_machine": 1},
    ]
    write_parquet(tmp_path / "data" / "val-00000-of-00001.parquet", rows)
    assert told(load(tmp_path, "val")) == EXPECTED


def write_manifest(folder: Path) -> None:
    items = [
        {"file": "chartqa/a.png", "gt": "chartqa/a.qa.json", "gt_table": None},
        {"file": "pew/b.png", "gt": None, "gt_table": "pew/b.csv"},
        {"file": "chartqa/c.png", "gt": "chartqa/c.qa.json", "gt_table": None},
    ]
    write(folder / "manifest.json", {"items": items})
    first = {"question": "How much?", "answer": "14", "split": "human"}
    last = {"question": "Which year?", "answer": "2010", "split": "augmented"}
    write(folder / "chartqa" / "a.qa.json", {"qa": [first, last]})
    write(folder / "chartqa" / "c.qa.json", {"qa": [{"question": "Is it?", "answer": "Yes", "split": "human"}]})
    write(folder / "chartqa" / "a.png", picture(1))
    write(folder / "chartqa" / "c.png", picture(2))


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    write_manifest(tmp_path)
    samples = load(tmp_path)
    assert sorted(told(samples)) == sorted(EXPECTED)
    assert [sample.id for sample in samples] == ["a/0", "a/1", "c/0"]
    with pytest.raises(DatasetMissing, match="split test alone"):
        load(tmp_path, "val")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no test/test_human.json"):
        load(tmp_path)
    write(tmp_path / "test" / "test_human.json", [{"imgname": "1.png", "query": "How much?", "label": "14"}])
    with pytest.raises(DatasetMissing, match=r"png/1.png"):
        load(tmp_path)
    write(tmp_path / "test" / "png" / "1.png", picture())
    with pytest.raises(DatasetMissing, match=r"test_augmented.json"):
        load(tmp_path)


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "test" / "test_human.json", {})
    with pytest.raises(DatasetDamaged, match="no list of questions"):
        load(tmp_path)
    write(path, [{"imgname": "1.png", "query": "How much?"}])
    with pytest.raises(DatasetDamaged, match="question 1: label"):
        load(tmp_path)
    write_parquet(tmp_path / "hub" / "test-0.parquet", [{"type": "else", "question": "q", "answer": "a"}])
    with pytest.raises(DatasetDamaged, match="row 1: type"):
        load(tmp_path / "hub")
    write_manifest(tmp_path / "listed")
    write(tmp_path / "listed" / "chartqa" / "c.qa.json", [])
    with pytest.raises(DatasetDamaged, match=r"c.qa.json has no list of questions in `qa`"):
        load(tmp_path / "listed")
