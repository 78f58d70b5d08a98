"""Queries with relevant pages, and the corpus around them."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.page_retrieval import DATASET
from docai.evaluation.predictions import Prediction, RankedPage
from docai.evaluation.samples import Sample, Task
from tests.unit.evaluation.datasets.laid_out import drawn_pdf, write_json, write_lines

QUERY: dict[str, Any] = {
    "id": "q1",
    "question": "Where are the birds?",
    "file": "../documents/birds.pdf",
    "relevant_pages": [3, 2, 3],
    "dataset": "OHR-Bench",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    drawn_pdf(tmp_path / "documents/birds.pdf")
    drawn_pdf(tmp_path / "retrieval/others/fish.pdf")
    items = [{"file": "others/fish.pdf"}, {"file": "../documents/birds.pdf"}]
    write_json(tmp_path / "retrieval/manifest.json", {"items": items})
    write_lines(tmp_path / "retrieval/queries.jsonl", [QUERY])
    return tmp_path / "retrieval"


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "all")))


def test_queries_and_corpus_are_read(folder: Path) -> None:
    (sample,) = load(folder)
    assert (sample.task, sample.question, sample.group) == (Task.RETRIEVE, "Where are the birds?", "birds.pdf")
    assert sample.categories == {"source": "OHR-Bench", "relevant_pages": "several"}
    pages = sample.truth["pages"]
    assert pages == [{"file": "birds.pdf", "page": page, "relevance": 1} for page in (3, 2)]
    corpus = list(DATASET.corpus(Source(folder, "all")))
    assert [file.name for file in corpus] == ["fish.pdf", "birds.pdf"]
    assert corpus[1].read() == sample.files[0].read()


def test_the_truth_as_ranking_scores_one(folder: Path) -> None:
    (sample,) = load(folder)
    ranking = tuple(RankedPage(file=page["file"], page=page["page"]) for page in sample.truth["pages"])
    values = DATASET.scorer.score(sample, Prediction(sample_id="q1", within=ranking, across=ranking)).values
    assert values[DATASET.scorer.primary] == values["within_ndcg_at_5"] == 1.0


def test_missing_files_are_named(folder: Path) -> None:
    (folder / "others/fish.pdf").unlink()
    with pytest.raises(DatasetMissing, match=r"fish\.pdf"):
        list(DATASET.corpus(Source(folder, "all")))
    (folder / "../documents/birds.pdf").unlink()
    with pytest.raises(DatasetMissing, match=r"birds\.pdf"):
        load(folder)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(DatasetMissing, match=r"queries\.jsonl"):
        load(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(DatasetMissing, match=r"manifest\.json"):
        load(folder)


def test_damage_is_named(folder: Path) -> None:
    write_lines(folder / "queries.jsonl", [QUERY | {"relevant_pages": []}])
    with pytest.raises(DatasetDamaged, match="query 1: relevant_pages"):
        load(folder)
    drawn_pdf(folder / "unlisted.pdf")
    write_lines(folder / "queries.jsonl", [QUERY | {"file": "unlisted.pdf"}])
    with pytest.raises(DatasetDamaged, match=r"does not list unlisted\.pdf"):
        load(folder)


def test_two_files_of_one_name_are_damage(folder: Path) -> None:
    drawn_pdf(folder / "more/fish.pdf")
    items = [{"file": "others/fish.pdf"}, {"file": "more/fish.pdf"}]
    write_json(folder / "manifest.json", {"items": items})
    with pytest.raises(DatasetDamaged, match=r"two files fish\.pdf"):
        list(DATASET.corpus(Source(folder, "all")))
