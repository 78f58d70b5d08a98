"""A folder of questions about whole documents, and the two data sets that are read from it alone."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.samples import Sample, Task
from tests.unit.evaluation.datasets.laid_out import drawn_pdf, write_json, write_lines

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "mmlb-0001",
        "dataset": "MMLongBench-Doc",
        "question": "How many birds?",
        "answer": "7",
        "answer_format": "Int",
        "answerable": True,
        "pages": [2, 3, 2],
        "evidence": ["Chart"],
        "file": "pdf/birds.pdf",
    },
    {
        "id": "mmlb-0002",
        "dataset": "MMLongBench-Doc",
        "question": "Which fish?",
        "answer": None,
        "answer_format": "None",
        "answerable": False,
        "pages": [],
        "evidence": [],
        "file": "pdf/birds.pdf",
    },
    {
        "id": "financebench_1",
        "dataset": "FinanceBench",
        "question": "What was capital expenditure?",
        "answer": "$1577.00",
        "answer_format": "Free",
        "answerable": True,
        "pages": [1],
        "evidence": ["Purchases of property"],
        "question_type": "metrics-generated",
        "justification": None,
        "file": "pdf/FIRM_2018_10K.pdf",
    },
    {
        "id": "ohr-1",
        "dataset": "OHR-Bench",
        "question": "Which colours?",
        "answer": ["red", "crimson"],
        "answer_format": "Short Answer",
        "answerable": True,
        "pages": [1],
        "evidence": ["table", "red"],
        "file": "pdf/birds.pdf",
    },
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    drawn_pdf(tmp_path / "pdf/birds.pdf")
    drawn_pdf(tmp_path / "pdf/FIRM_2018_10K.pdf")
    items = [{"file": "pdf/birds.pdf", "topic": "Guidebook", "pages": 3}, {"file": "pdf/FIRM_2018_10K.pdf"}]
    write_json(tmp_path / "manifest.json", {"set": "docqa", "items": items})
    write_lines(tmp_path / "qa.jsonl", QUESTIONS)
    return tmp_path


def load(name: str, folder: Path) -> list[Sample]:
    dataset = dataset_named(name)
    return list(dataset.load(Source(folder, dataset.splits[0])))


def test_all_questions_are_read_with_their_sources(folder: Path) -> None:
    samples = load("docqa", folder)
    assert [sample.id for sample in samples] == ["mmlb-0001", "mmlb-0002", "financebench_1", "ohr-1"]
    first = samples[0]
    assert first.task is Task.ANSWER
    assert first.question == "How many birds?"
    assert first.group == first.files[0].name == "birds.pdf"
    assert first.files[0].read().startswith(b"%PDF")
    assert first.categories == {
        "source": "MMLongBench-Doc",
        "answer_format": "MMLongBench-Doc: Int",
        "document_type": "Guidebook",
    }
    assert first.truth == {
        "source": "MMLongBench-Doc",
        "answers": ["7"],
        "answer_format": "Int",
        "is_answerable": True,
        "evidence": [{"file": "birds.pdf", "page": 2}, {"file": "birds.pdf", "page": 3}],
    }
    assert samples[1].truth["answers"] == ["Not answerable"]
    assert samples[3].truth["answers"] == ["red", "crimson"]


def test_a_list_that_is_one_answer_is_written_as_python_does(folder: Path) -> None:
    asked = QUESTIONS[0] | {"answer": ["red", "it's blue"], "answer_format": "List"}
    write_lines(folder / "qa.jsonl", [asked])
    (sample,) = load("docqa", folder)
    assert sample.truth["answers"] == ["['red', \"it's blue\"]"]


def test_mmlongbench_doc_takes_its_own_questions(folder: Path) -> None:
    first, second = load("mmlongbench-doc", folder)
    assert first.truth["sources"] == ["Chart"]
    assert first.categories == {"answer_format": "Int", "document_type": "Guidebook", "evidence": "Chart"}
    assert second.truth["answer"] == "Not answerable"
    assert second.categories["evidence"] == "none"


def test_financebench_takes_its_own_questions(folder: Path) -> None:
    (sample,) = load("financebench", folder)
    assert sample.truth == {"answer": "$1577.00", "evidence": [{"file": "FIRM_2018_10K.pdf", "page": 1}]}
    assert sample.categories == {"question_type": "metrics-generated", "document_type": ""}


def test_truths_are_those_that_the_scorers_know(folder: Path) -> None:
    for name in ("docqa", "mmlongbench-doc", "financebench"):
        scorer = dataset_named(name).scorer
        assert all(scorer.truth_text(sample) for sample in load(name, folder))


def test_missing_files_are_named(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(DatasetMissing, match=r"manifest\.json"):
        load("docqa", tmp_path_factory.mktemp("empty"))
    (folder / "pdf/birds.pdf").unlink()
    with pytest.raises(DatasetMissing, match=r"birds\.pdf"):
        load("docqa", folder)
    (folder / "qa.jsonl").unlink()
    with pytest.raises(DatasetMissing, match=r"qa\.jsonl"):
        load("docqa", folder)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("{broken", r"qa\.jsonl, line 1"),
        ('{"id": "1"}', r"qa\.jsonl, question 1: dataset"),
        ("[]", r"qa\.jsonl, question 1"),
    ],
)
def test_damaged_questions_are_named(folder: Path, lines: str, message: str) -> None:
    (folder / "qa.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(DatasetDamaged, match=message):
        load("docqa", folder)


def test_an_unknown_format_of_mmlongbench_doc_is_damage(folder: Path) -> None:
    write_lines(folder / "qa.jsonl", [QUESTIONS[0] | {"answer_format": "Integer"}])
    for name in ("docqa", "mmlongbench-doc"):
        with pytest.raises(DatasetDamaged, match="mmlb-0001"):
            load(name, folder)


def test_a_damaged_manifest_is_named(folder: Path) -> None:
    write_json(folder / "manifest.json", {"set": "docqa"})
    with pytest.raises(DatasetDamaged, match=r"manifest\.json: items"):
        load("docqa", folder)
