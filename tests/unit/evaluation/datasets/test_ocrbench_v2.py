import json
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.ocrbench_v2 import DATASET
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.ocrbench_v2_tasks import OcrBenchV2Truth, task_score
from tests.unit.evaluation.datasets.published import cell, picture, write_parquet


def _item(kind: str, answers: Any, **more: Any) -> dict[str, Any]:
    return {
        "dataset_name": "made",
        "type": kind,
        "id": 0,
        "image_path": "EN_part/made/1.png",
        "question": "What?",
        "answers": answers,
        **more,
    }


_ITEMS = [
    _item("text recognition en", ["Centre"], eval="case sensitive"),
    _item("text grounding en", [100, 100, 200, 140]),
    _item("VQA with position en", ["HELLO"], bbox=[100, 100, 200, 140]),
    _item("text spotting en", [], bbox=[[100, 100, 200, 100, 200, 140, 100, 140]], content=["HELLO"]),
    _item("chart parsing en", [{"2020": {"a": 1.5}}]),
    _item("key information extraction en", [{"total": ["30", "30.00"]}]),
    _item("text counting en", [12], eval="regression"),
    _item("table parsing en", ["<table></table>"], question=None),
    _item("cognition VQA cn", ["红"]),
]
_REPLIES = {
    "text recognition en": "Centre",
    "text grounding en": "(100, 100, 200, 140)",
    "VQA with position en": '{"answer": "HELLO", "bbox": [100, 100, 200, 140]}',
    "text spotting en": "[(100, 100, 200, 140, 'HELLO')]",
    "chart parsing en": "{'2020': {'a': 1.5}}",
    "key information extraction en": '{"total": "30"}',
    "text counting en": "12",
    "cognition VQA cn": "红",
}


def _official(folder: Path, items: Any) -> Source:
    path = folder / "EN_part" / "made" / "1.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(picture(3))
    (folder / "OCRBench_v2.json").write_text(items if isinstance(items, str) else json.dumps(items), encoding="utf-8")
    return Source(folder, "all")


def _of_hub(item: dict[str, Any]) -> dict[str, Any]:
    """As the hub has an item: answers and missing values as texts, boxes of text spotting apart."""
    is_spotting = item["type"] == "text spotting en"
    answers = [json.dumps(each) if isinstance(each, dict) else str(each) for each in item["answers"]]
    return {
        "id": item["id"],
        "dataset_name": item["dataset_name"],
        "question": "nan" if item["question"] is None else item["question"],
        "type": item["type"],
        "answers": answers,
        "image": cell(3),
        "eval": str(item.get("eval")),
        "bbox": None if is_spotting else item.get("bbox"),
        "bbox_list": item["bbox"] if is_spotting else None,
        "content": item.get("content"),
    }


def _check(samples: list[Sample]) -> None:
    assert [sample.id for sample in samples] == [f"{n:05}" for n in range(len(_ITEMS))]
    for sample in samples:
        truth = OcrBenchV2Truth.model_validate(sample.truth)
        if truth.is_ignored:
            assert truth.type == "table parsing en"
        else:
            assert task_score(_REPLIES[truth.type], truth) == 1.0
        assert sample.categories == {"type": truth.type, "language": truth.type[-2:]}
        assert [file.read() for file in sample.files] == [picture(3)]


def test_questions_of_the_official_download(tmp_path: Path) -> None:
    samples = list(DATASET.load(_official(tmp_path, _ITEMS)))
    _check(samples)
    assert samples[0].files[0].name == "EN_part_made_1.png"
    assert samples[0].question == "What?"


def test_questions_of_the_hub(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "test-00000-of-00001.parquet", [_of_hub(item) for item in _ITEMS])
    _check(list(DATASET.load(Source(tmp_path, "all"))))


def test_one_language(tmp_path: Path) -> None:
    _official(tmp_path, _ITEMS)
    (chinese,) = DATASET.load(Source(tmp_path, "cn"))
    assert (chinese.id, chinese.categories["type"]) == ("00008", "cognition VQA cn")
    assert len(list(DATASET.load(Source(tmp_path, "en")))) == 8


def test_questions_that_reading_answers_are_read(tmp_path: Path) -> None:
    page = _item("full-page OCR en", ["all of it"])
    (read,) = DATASET.load(Source(_official(tmp_path, [*_ITEMS[:3], page]).folder, "reading"))
    assert (read.id, read.task, read.categories["type"]) == ("00003", Task.PARSE, "full-page OCR en")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"OCRBench_v2\.json"):
        list(DATASET.load(Source(tmp_path, "all")))


def test_a_picture_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"x\.png"):
        list(DATASET.load(_official(tmp_path, [{**_ITEMS[0], "image_path": "x.png"}])))


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ("{}", "no list"),
        ("[", "no JSON"),
        ([3], "question 1"),
        ([{"type": "math QA en"}], "question: "),
        ([_item("juggling en", ["a"])], "no question type"),
        ([_item("text grounding en", ["left", 1, 2, 3])], "invalid literal"),
        ([_item("text grounding en", [1, 2, 3])], "box"),
        ([_item("VQA with position en", ["a"])], "no box"),
        ([_item("math QA en", [])], "no answer"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, items: Any, problem: str) -> None:
    with pytest.raises(DatasetDamaged, match=problem):
        list(DATASET.load(_official(tmp_path, items)))


def test_it_is_known_by_name() -> None:
    assert dataset_named("ocrbench-v2") is DATASET
