"""MP-DocVQA: pages as one document, the answer's page among them."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.mp_docvqa import DATASET
from docai.evaluation.samples import Sample
from docai.pdf.from_pictures import pdf_of_pictures
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet

ROWS: list[dict[str, Any]] = [
    {
        "questionId": 1,
        "question": "What year?",
        "doc_id": "nkbl0226",
        "page_ids": ["nkbl0226_p1", "nkbl0226_p2"],
        "answers": ["1994"],
        "answer_page_idx": 1,
        "data_split": "val",
    },
    {
        "questionId": 2,
        "question": "Who?",
        "doc_id": "nkbl0226",
        "page_ids": ["nkbl0226_p2", "nkbl0226_p3", "nkbl0226_p4"],
        "answers": ["Smith", "it's Smith"],
        "answer_page_idx": 0,
        "data_split": "val",
    },
]


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "val")))


def check(samples: list[Sample]) -> None:
    first, second = samples
    assert (first.id, second.id) == ("1", "2")
    assert first.truth == {"answers": ["1994"], "page": 2}
    assert second.truth == {"answers": ["Smith", "it's Smith"], "page": 1}
    assert first.group == second.group == "nkbl0226"
    assert first.files[0].name != second.files[0].name
    assert first.files[0].name.endswith(".pdf")
    assert first.files[0].read() == pdf_of_pictures([picture(1), picture(2)])
    assert second.files[0].read() == pdf_of_pictures([picture(2), picture(3), picture(4)])
    assert first.categories == {"pages": "2 to 10"}


@pytest.mark.parametrize(
    ("annotation", "images"), [("val.json", "images"), ("qas/val.json", "images"), ("val.json", "images/val")]
)
def test_the_competitions_files_are_read(tmp_path: Path, annotation: str, images: str) -> None:
    write(tmp_path / annotation, {"data": ROWS})
    for n in range(1, 5):
        write(tmp_path / images / f"nkbl0226_p{n}.jpg", picture(n))
    check(load(tmp_path))


def hub_row(row: dict[str, Any]) -> dict[str, Any]:
    """As the hub has it: lists as Python writes them, a column to each page."""
    pages = {f"image_{n}": None for n in range(1, 5)}
    pages |= {f"image_{n}": cell(int(page[-1])) for n, page in enumerate(row["page_ids"], start=1)}
    written = {name: str(row[name]) for name in ("questionId", "page_ids", "answers", "answer_page_idx")}
    return row | written | pages


def test_the_hubs_files_are_read(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "val-00000-of-00001.parquet", [hub_row(row) for row in ROWS])
    check(load(tmp_path))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no val.json .*data/val-\*.parquet"):
        load(tmp_path)
    write(tmp_path / "val.json", {"data": ROWS})
    with pytest.raises(DatasetMissing, match=r"no images/nkbl0226_p1.jpg"):
        load(tmp_path)


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "val-0.parquet", [hub_row(ROWS[0]) | {"answer_page_idx": "2"}])
    with pytest.raises(DatasetDamaged, match="question 1 has its answer on page 3 of 2"):
        load(tmp_path)
    write_parquet(tmp_path / "data" / "val-0.parquet", [hub_row(ROWS[0]) | {"page_ids": "no list"}])
    with pytest.raises(DatasetDamaged, match=r"row 1: page_ids"):
        load(tmp_path)
