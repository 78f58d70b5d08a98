"""DocVQA from the competition's files and from the hub's."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.docvqa import DATASET
from docai.evaluation.samples import Sample, Task
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet

ROWS: list[dict[str, Any]] = [
    {
        "questionId": 337 + n,
        "question": question,
        "question_types": kinds,
        "docId": 279,
        "ucsf_document_id": "xnbl0037",
        "ucsf_document_page_no": page,
        "answers": answers,
        "data_split": "val",
    }
    for n, (question, kinds, page, answers) in enumerate(
        [
            ("What is the date?", ["handwritten", "form"], "1", ["1/8/93"]),
            ("Who signed?", ["form"], "1", ["P. Smith", "Smith"]),
            ("How many?", ["table/list"], "2", ["3"]),
        ]
    )
]


def annotated(rows: list[dict[str, Any]]) -> dict[str, Any]:
    named = [row | {"image": f"documents/xnbl0037_{row['ucsf_document_page_no']}.png"} for row in rows]
    return {"dataset_name": "SP-DocVQA", "dataset_split": "val", "data": named}


def load(folder: Path, split: str = "val") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def check(samples: list[Sample]) -> None:
    assert [sample.id for sample in samples] == ["337", "338", "339"]
    assert {sample.task for sample in samples} == {Task.ANSWER}
    assert samples[1].question == "Who signed?"
    assert samples[1].truth == {"answers": ["P. Smith", "Smith"], "page": None}
    assert [sample.files[0].name for sample in samples] == ["xnbl0037_1.png", "xnbl0037_1.png", "xnbl0037_2.png"]
    assert [sample.files[0].read() for sample in samples] == [picture(1), picture(1), picture(2)]
    assert samples[0].categories == {"question type": "form + handwritten"}
    assert {sample.group for sample in samples} == {"xnbl0037"}


@pytest.mark.parametrize(
    ("annotation", "folder"),
    [
        ("val_v1.0_withQT.json", "documents"),
        ("val_v1.0.json", "spdocvqa_images"),
        ("spdocvqa_qas/val_v1.0_withQT.json", "spdocvqa_images"),
        ("val/val_v1.0.json", "val/documents"),
    ],
)
def test_the_competitions_files_are_read(tmp_path: Path, annotation: str, folder: str) -> None:
    write(tmp_path / annotation, annotated(ROWS))
    for page in (1, 2):
        write(tmp_path / folder / f"xnbl0037_{page}.png", picture(page))
    check(load(tmp_path))


@pytest.mark.parametrize("folder", ["DocVQA", "data", "."])
def test_the_hubs_files_are_read(tmp_path: Path, folder: str) -> None:
    rows = [row | {"image": cell(int(row["ucsf_document_page_no"]))} for row in ROWS]
    write_parquet(tmp_path / folder / "validation-00000-of-00002.parquet", rows[:2])
    write_parquet(tmp_path / folder / "validation-00001-of-00002.parquet", rows[2:])
    check(load(tmp_path))


def test_question_types_are_left_out_where_they_are_not_told(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "question_types"} for row in ROWS]
    write(tmp_path / "train_v1.0.json", annotated(rows))
    for page in (1, 2):
        write(tmp_path / "documents" / f"xnbl0037_{page}.png", picture(page))
    assert [sample.categories for sample in load(tmp_path, "train")] == [{}, {}, {}]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"val_v1.0_withQT.json .* no DocVQA/validation-\*.parquet"):
        load(tmp_path)
    write(tmp_path / "val_v1.0.json", annotated(ROWS))
    with pytest.raises(DatasetMissing, match=r"no documents/xnbl0037_1.png"):
        load(tmp_path)


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "val_v1.0.json", "{")
    with pytest.raises(DatasetDamaged, match="is no JSON"):
        load(tmp_path)
    write(path, [])
    with pytest.raises(DatasetDamaged, match="no list of questions in `data`"):
        load(tmp_path)
    write(path, annotated([{key: value for key, value in ROWS[0].items() if key != "answers"}]))
    with pytest.raises(DatasetDamaged, match=r"val_v1.0.json, question 1: answers: "):
        load(tmp_path)
    write(path, annotated([ROWS[0] | {"answers": []}]))
    with pytest.raises(DatasetDamaged, match="answers"):
        load(tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write_parquet(tmp_path / "validation-0.parquet", [{"questionId": "1", "question": "What?", "image": cell()}])
    with pytest.raises(DatasetDamaged, match=r"has no column .*answers"):
        load(tmp_path)
