"""InfographicVQA from the competition's files and from the hub's."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.infographicvqa import DATASET
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet

ROWS: list[dict[str, Any]] = [
    {
        "questionId": 98313,
        "question": "What share has a cat?",
        "answers": ["25%"],
        "answer_type": ["non-extractive", "single span"],
        "operation/reasoning": ["arithmetic"],
    },
    {
        "questionId": 98314,
        "question": "Which animal leads?",
        "answers": ["dog", "dogs"],
        "answer_type": ["single span"],
        "operation/reasoning": [],
    },
]


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "val")))


@pytest.mark.parametrize("inside", [".", "infographicsvqa_qas"])
def test_the_competitions_files_are_read(tmp_path: Path, inside: str) -> None:
    rows = [
        row | {"image_local_name": f"{n}.jpeg", "image_url": "x", "evidence": ["text"]} for n, row in enumerate(ROWS)
    ]
    write(tmp_path / inside / "infographicsVQA_val_v1.0_withQT.json", {"data": rows})
    for n in range(2):
        write(tmp_path / "infographicsvqa_images" / f"{n}.jpeg", picture(n, "JPEG"))
    first, second = load(tmp_path)
    assert (first.id, first.question, first.truth["answers"]) == ("98313", "What share has a cat?", ["25%"])
    assert (second.files[0].name, second.group) == ("1.jpeg", "1.jpeg")
    assert second.files[0].read() == picture(1, "JPEG")
    assert first.categories == {
        "answer": "non-extractive + single span",
        "evidence": "text",
        "operation": "arithmetic",
    }
    assert second.categories["operation"] == "none"


def test_the_hubs_files_are_read_and_one_picture_has_one_name(tmp_path: Path) -> None:
    rows = [row | {"image": cell(7, "JPEG"), "image_url": "x"} for row in ROWS]
    write_parquet(tmp_path / "InfographicVQA" / "validation-00000-of-00001.parquet", rows)
    first, second = load(tmp_path)
    assert first.files[0].name == second.files[0].name
    assert first.files[0].name.endswith(".jpg")
    assert first.files[0].read() == picture(7, "JPEG")
    assert first.categories == {"answer": "non-extractive + single span", "operation": "arithmetic"}


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="infographic"):
        load(tmp_path)
    path = write(tmp_path / "infographicsVQA_val_v1.0_withQT.json", {"data": [ROWS[0]]})
    with pytest.raises(DatasetDamaged, match="question 1: image_local_name"):
        load(tmp_path)
    write(path, {"data": [ROWS[0] | {"image_local_name": "0.jpeg"}]})
    with pytest.raises(DatasetMissing, match=r"no infographicsvqa_images/0.jpeg"):
        load(tmp_path)
