import json
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.ocrbench import DATASET
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.scoring.ocrbench import OcrBenchTruth
from tests.unit.evaluation.datasets.published import cell, picture, write_parquet

_ITEM = {
    "dataset_name": "IIIT5K",
    "id": 211,
    "image_path": "IIIT5K/test/1.png",
    "question": "what is written in the image?",
    "answers": "CENTRE",
    "type": "Regular Text Recognition",
}
_TRUTH = OcrBenchTruth(answers=("CENTRE",), question_type="Regular Text Recognition", dataset="IIIT5K")


def _items(folder: Path, items: Any, images: str = "OCRBench_Images") -> Source:
    for number, name in enumerate(("IIIT5K/test/1.png", "svt/test/1.png"), start=1):
        path = folder / images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number))
    (folder / "OCRBench").mkdir()
    (folder / "OCRBench" / "OCRBench.json").write_text(items if isinstance(items, str) else json.dumps(items))
    return Source(folder, "test")


@pytest.mark.parametrize("images", ["OCRBench_Images", "."])
def test_questions_of_the_official_download(tmp_path: Path, images: str) -> None:
    page = {**_ITEM, "image_path": "svt/test/1.png", "answers": ["7", 8], "type": "Doc-oriented VQA"}
    first, second = DATASET.load(_items(tmp_path, [_ITEM, page], images))
    assert first.id == "0001"
    assert first.question == "what is written in the image?"
    assert [(file.name, file.read()) for file in first.files] == [("IIIT5K_test_1.png", picture(1))]
    assert [(file.name, file.read()) for file in second.files] == [("svt_test_1.png", picture(2))]
    assert OcrBenchTruth.model_validate(first.truth) == _TRUTH
    assert OcrBenchTruth.model_validate(second.truth).answers == ("7", "8")
    assert second.categories == {"type": "Doc-oriented VQA", "source": "IIIT5K"}


def test_questions_of_the_hub(tmp_path: Path) -> None:
    row = {
        "dataset": "IIIT5K",
        "question": "what is written in the image?",
        "question_type": "Regular Text Recognition",
        "answer": ["CENTRE"],
        "image": cell(5),
    }
    write_parquet(tmp_path / "data" / "test-00000-of-00001.parquet", [row, row, row | {"image": cell(6)}])
    one, same, other = DATASET.load(Source(tmp_path, "test"))
    assert OcrBenchTruth.model_validate(one.truth) == _TRUTH
    assert [each.files[0].read() for each in (one, same, other)] == [picture(5), picture(5), picture(6)]
    assert one.files[0].name == one.group == same.group != other.group


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"OCRBench\.json"):
        list(DATASET.load(Source(tmp_path, "test")))


def test_a_picture_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no picture 'x\.png'"):
        list(DATASET.load(_items(tmp_path, [{**_ITEM, "image_path": "x.png"}])))


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ("{}", "no list"),
        ("[", "no JSON"),
        ([3], "question 1"),
        ([{**_ITEM, "question": None}], "question: "),
        ([{**_ITEM, "answers": []}], "answer"),
        ([{**_ITEM, "type": "Juggling"}], "no question type 'Juggling'"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, items: Any, problem: str) -> None:
    with pytest.raises(DatasetDamaged, match=problem):
        list(DATASET.load(_items(tmp_path, items)))


def test_it_is_known_by_name() -> None:
    assert dataset_named("ocrbench") is DATASET
