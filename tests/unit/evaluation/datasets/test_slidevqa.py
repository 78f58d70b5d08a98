"""SlideVQA: decks as one document, in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.slidevqa import DATASET
from docai.evaluation.samples import Sample
from docai.pdf.from_pictures import pdf_of_pictures
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet

DECK = "deck-of-cards_95"
NAMES = [f"deck-of-cards-{n}-1024.jpg" for n in range(1, 21)]
PICTURES = [picture(n, "JPEG") for n in range(1, 21)]
QUESTION: dict[str, Any] = {
    "deck_name": DECK,
    "deck_url": "x",
    "image_urls": [f"https://example.org/95/{name}?cb=1" for name in NAMES],
    "qa_id": 7,
    "question": "How many cards?",
    "answer": "52",
    "arithmetic_expression": "None",
    "evidence_pages": [12, 3],
    "reasoning_type": "Multi-Hop",
    "answer_type": "Single-Span",
}


def load(folder: Path, split: str = "test") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def write_deck(folder: Path, names: list[str] = NAMES) -> None:
    for name, content in zip(names, PICTURES, strict=False):
        write(folder / "images" / "test" / DECK / name, content)


@pytest.mark.parametrize("without", ["", "image_urls"])
def test_the_repositorys_files_are_read(tmp_path: Path, without: str) -> None:
    questions = [QUESTION, QUESTION | {"qa_id": 8, "evidence_pages": [20], "answer": 4, "reasoning_type": None}]
    lines = [json.dumps({key: value for key, value in each.items() if key != without}) for each in questions]
    write(tmp_path / "annotations" / "qa" / "test.jsonl", "\n".join(lines))
    write_deck(tmp_path)
    first, second = load(tmp_path)
    assert (first.id, first.question, first.group) == ("7", "How many cards?", DECK)
    assert first.truth == {"answer": "52", "evidence_pages": [3, 12]}
    assert second.truth == {"answer": "4", "evidence_pages": [20]}
    assert first.files[0].name == second.files[0].name == f"{DECK}.pdf"
    assert first.files[0].read() == pdf_of_pictures(PICTURES)
    assert first.categories == {"slides": "several", "reasoning": "Multi-Hop"}
    assert second.categories == {"slides": "one"}


@pytest.mark.parametrize(("split", "file"), [("test", "test"), ("dev", "val")])
def test_the_hubs_files_are_read(tmp_path: Path, split: str, file: str) -> None:
    row = {name: QUESTION[name] for name in ("deck_name", "qa_id", "question", "answer", "evidence_pages")}
    pages = {f"page_{n}": cell(n, "JPEG") for n in range(1, 21)}
    write_parquet(tmp_path / "data" / f"{file}-00000-of-00001.parquet", [row | pages])
    (sample,) = load(tmp_path, split)
    assert sample.files[0].read() == pdf_of_pictures(PICTURES)
    assert sample.truth == {"answer": "52", "evidence_pages": [3, 12]}
    assert sample.categories == {"slides": "several"}


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no annotations/qa/test.jsonl"):
        load(tmp_path)
    path = write(tmp_path / "annotations" / "qa" / "test.jsonl", QUESTION)
    with pytest.raises(DatasetMissing, match=DECK):
        load(tmp_path)
    write_deck(tmp_path, NAMES[:19])
    with pytest.raises(DatasetMissing, match=r"deck-of-cards-20-1024.jpg"):
        load(tmp_path)
    write(path, {key: value for key, value in QUESTION.items() if key != "image_urls"})
    with pytest.raises(DatasetMissing, match="has no slide 20"):
        load(tmp_path)


def test_what_is_damaged_is_named(tmp_path: Path) -> None:
    write_deck(tmp_path)
    path = write(tmp_path / "annotations" / "qa" / "test.jsonl", QUESTION | {"evidence_pages": [21]})
    with pytest.raises(DatasetDamaged, match="question 7 has evidence beyond its 20 slides"):
        load(tmp_path)
    write(path, QUESTION | {"evidence_pages": []})
    with pytest.raises(DatasetDamaged, match="question 1: evidence_pages"):
        load(tmp_path)
    write(path, "{}\n{")
    with pytest.raises(DatasetDamaged, match="question 1: qa_id"):
        load(tmp_path)
