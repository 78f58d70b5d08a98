"""FinanceBench as its repository has it."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.laid_out import drawn_pdf, write_lines

ROW: dict[str, Any] = {
    "financebench_id": "financebench_id_1",
    "company": "Firm",
    "doc_name": "FIRM_2018_10K",
    "question_type": "metrics-generated",
    "question_reasoning": "Information extraction",
    "domain_question_num": None,
    "question": "What was capital expenditure?",
    "answer": "$1577.00",
    "justification": "A single line item.",
    "dataset_subset_label": "OPEN_SOURCE",
    "evidence": [
        {"evidence_text": "a", "doc_name": "FIRM_2018_10K", "evidence_page_num": 59, "evidence_text_full_page": "a b"},
        {"evidence_text": "b", "doc_name": "FIRM_2018_10K", "evidence_page_num": 59, "evidence_text_full_page": "a b"},
        {"evidence_text": "c", "doc_name": "FIRM_2018_10K", "evidence_page_num": 0, "evidence_text_full_page": "c"},
    ],
}
FILING = {"doc_name": "FIRM_2018_10K", "company": "Firm", "gics_sector": "Industrials", "doc_type": "10k"}


def load(folder: Path) -> list[Sample]:
    return list(dataset_named("financebench").load(Source(folder, "all")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_lines(tmp_path / "data/financebench_open_source.jsonl", [ROW])
    write_lines(tmp_path / "data/financebench_document_information.jsonl", [FILING])
    drawn_pdf(tmp_path / "pdfs/FIRM_2018_10K.pdf")
    return tmp_path


def test_questions_are_read_with_pages_from_one(folder: Path) -> None:
    (sample,) = load(folder)
    assert (sample.id, sample.question) == ("financebench_id_1", "What was capital expenditure?")
    assert sample.group == sample.files[0].name == "FIRM_2018_10K.pdf"
    assert sample.truth == {
        "answer": "$1577.00",
        "evidence": [{"file": "FIRM_2018_10K.pdf", "page": 60}, {"file": "FIRM_2018_10K.pdf", "page": 1}],
    }
    assert sample.categories == {
        "question_type": "metrics-generated",
        "reasoning": "Information extraction",
        "document_type": "10k",
        "sector": "Industrials",
    }


def test_what_is_known_of_filings_may_be_left_out(folder: Path) -> None:
    (folder / "data/financebench_document_information.jsonl").unlink()
    assert load(folder)[0].categories == {
        "question_type": "metrics-generated",
        "reasoning": "Information extraction",
    }


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "pdfs/FIRM_2018_10K.pdf").unlink()
    with pytest.raises(DatasetMissing, match=r"FIRM_2018_10K\.pdf"):
        load(folder)
    (folder / "pdfs").rmdir()
    with pytest.raises(DatasetMissing, match="pdfs"):
        load(folder)
    (folder / "data/financebench_open_source.jsonl").unlink()
    with pytest.raises(DatasetMissing, match="financebench_open_source"):
        load(folder)


def test_damaged_rows_are_named(folder: Path) -> None:
    path = folder / "data/financebench_open_source.jsonl"
    write_lines(path, [ROW, {name: value for name, value in ROW.items() if name != "answer"}])
    with pytest.raises(DatasetDamaged, match="question 2: answer: Field required"):
        load(folder)
    write_lines(path, [ROW | {"evidence": [{"doc_name": "FIRM_2018_10K"}]}])
    with pytest.raises(DatasetDamaged, match=r"question 1: evidence\.0\.evidence_page_num"):
        load(folder)
    write_lines(path, [ROW])
    write_lines(folder / "data/financebench_document_information.jsonl", [{"company": "Firm"}])
    with pytest.raises(DatasetDamaged, match="filing 1: doc_name"):
        load(folder)
