"""MMLongBench-Doc as it is published: JSON or parquet, and PDFs."""

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.laid_out import drawn_pdf, write_json, write_parquet

ROWS = [
    {
        "doc_id": "birds.pdf",
        "doc_type": "Guidebook",
        "question": "Which share of birds fly?",
        "answer": "18.29%",
        "evidence_pages": "[3, 5]",
        "evidence_sources": "['Pure-text (Plain-text)', 'Chart']",
        "answer_format": "Float",
    },
    {
        "doc_id": "birds.pdf",
        "doc_type": "Guidebook",
        "question": "Which fish?",
        "answer": "Not answerable",
        "evidence_pages": "[]",
        "evidence_sources": "[]",
        "answer_format": "None",
    },
]


def load(folder: Path) -> list[Sample]:
    return list(dataset_named("mmlongbench-doc").load(Source(folder, "all")))


def check(samples: list[Sample]) -> None:
    first, second = samples
    assert (first.id, first.question, first.group) == ("0000", "Which share of birds fly?", "birds.pdf")
    assert first.truth == {
        "answer": "18.29%",
        "answer_format": "Float",
        "evidence": [{"file": "birds.pdf", "page": 3}, {"file": "birds.pdf", "page": 5}],
        "sources": ["Pure-text (Plain-text)", "Chart"],
    }
    assert first.categories == {"answer_format": "Float", "document_type": "Guidebook", "evidence": "several"}
    assert first.files[0].read().startswith(b"%PDF")
    assert second.categories["evidence"] == "none"


def test_the_layout_of_the_repository_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "data/samples.json", ROWS)
    drawn_pdf(tmp_path / "data/documents/birds.pdf")
    check(load(tmp_path))


def test_the_layout_of_the_hub_is_read(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data/train-00000-of-00001.parquet", ROWS)
    drawn_pdf(tmp_path / "documents/birds.pdf")
    check(load(tmp_path))


def test_an_answer_may_be_a_number(tmp_path: Path) -> None:
    write_json(tmp_path / "samples.json", [ROWS[0] | {"answer": 7, "answer_format": "Int"}])
    drawn_pdf(tmp_path / "documents/birds.pdf")
    assert load(tmp_path)[0].truth["answer"] == "7"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"rows": []}, "no list of questions"),
        ([{"doc_id": "birds.pdf"}], "question 1: doc_type"),
        ([ROWS[0] | {"answer_format": "Number"}], "question 1: answer_format"),
        ([ROWS[0] | {"evidence_pages": "three"}], "question 1: evidence_pages is no list: 'three'"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: object, message: str) -> None:
    write_json(tmp_path / "samples.json", content)
    drawn_pdf(tmp_path / "documents/birds.pdf")
    with pytest.raises(DatasetDamaged, match=message):
        load(tmp_path)


def test_a_missing_column_of_the_hub_is_named(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data/train.parquet", [{"doc_id": "birds.pdf"}])
    with pytest.raises(DatasetDamaged, match="no column answer, answer_format"):
        load(tmp_path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="parquet"):
        load(tmp_path)
    write_json(tmp_path / "samples.json", ROWS)
    with pytest.raises(DatasetMissing, match="documents"):
        load(tmp_path)
    (tmp_path / "documents").mkdir()
    with pytest.raises(DatasetMissing, match=r"birds\.pdf"):
        load(tmp_path)
