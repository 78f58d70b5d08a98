"""ViDoRe's three versions, in the layouts of the hub."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.predictions import Prediction, RankedPage
from docai.evaluation.samples import Sample
from tests.unit.evaluation.datasets.laid_out import drawn_picture, picture_cell, write_parquet

QUERIES: list[dict[str, Any]] = [
    {"query_id": 5, "query": "Which birds?", "language": "english", "query_types": ["numerical", "boolean"]},
    {"query_id": 6, "query": "Quels oiseaux ?", "language": "french", "query_types": ["numerical"]},
    {"query_id": 7, "query": "Which fish?", "language": "english", "query_types": []},
]
JUDGED = [
    {"query_id": 5, "corpus_id": 0, "score": 1},
    {"query_id": 5, "corpus_id": 1, "score": 2},
    {"query_id": 6, "corpus_id": 1, "score": 2},
]


def load(name: str, folder: Path, split: str = "test") -> list[Sample]:
    return list(dataset_named(name).load(Source(folder, split)))


def corpus(name: str, folder: Path) -> dict[str, bytes]:
    return {file.name: file.read() for file in dataset_named(name).corpus(Source(folder, "test"))}


def hyphened(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name.replace("_id", "-id"): value for name, value in row.items()} for row in rows]


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    pages = [
        {"corpus_id": 0, "image": picture_cell(10), "doc_id": "a", "markdown": "", "page_number_in_doc": 0},
        {"corpus_id": 1, "image": picture_cell(20, "JPEG"), "doc_id": "a", "markdown": "x", "page_number_in_doc": 1},
    ]
    write_parquet(tmp_path / "corpus/test-00000-of-00002.parquet", pages[:1])
    write_parquet(tmp_path / "corpus/test-00001-of-00002.parquet", pages[1:])
    write_parquet(tmp_path / "queries/test-00000-of-00001.parquet", QUERIES)
    write_parquet(tmp_path / "qrels/test-00000-of-00001.parquet", JUDGED)
    return tmp_path


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    rows = [
        {"query": "Which birds?", "image": picture_cell(10), "image_filename": "a/1.png"},
        {"query": None, "image": picture_cell(20), "image_filename": "a/2.png"},
        {"query": "Which fish?", "image": picture_cell(10), "image_filename": "a/1.png"},
        {"query": "Which birds?", "image": picture_cell(30), "image_filename": "b/1.png"},
    ]
    write_parquet(tmp_path / "data/test-00000-of-00001.parquet", rows)
    return tmp_path


def test_v3_has_graded_pages_and_is_quoted_at_ten(graded: Path) -> None:
    first, second = load("vidore-v3", graded)
    assert (first.id, first.question, first.files) == ("5", "Which birds?", ())
    assert first.categories == {"language": "english", "query_types": "numerical, boolean"}
    assert first.truth["pages"] == [
        {"file": "page-0.png", "page": 1, "relevance": 1},
        {"file": "page-1.jpg", "page": 1, "relevance": 2},
    ]
    assert second.categories["language"] == "french"
    dataset = dataset_named("vidore-v3")
    assert dataset.scorer.primary == "across_ndcg_at_10"
    assert scored(dataset, first, "page-1.jpg", "page-0.png") == 1.0
    assert 0.0 < scored(dataset, first, "page-0.png", "page-1.jpg") < 1.0


def scored(dataset: Dataset, sample: Sample, *names: str) -> float:
    ranking = tuple(RankedPage(file=name, page=1) for name in names)
    return dataset.scorer.score(sample, Prediction(sample_id=sample.id, across=ranking)).values[dataset.scorer.primary]


def test_pages_are_files_with_the_suffix_that_their_bytes_tell(graded: Path) -> None:
    assert corpus("vidore-v3", graded) == {
        "page-0.png": drawn_picture(10),
        "page-1.jpg": drawn_picture(20, "JPEG"),
    }


def test_a_split_is_a_language(graded: Path) -> None:
    assert [sample.id for sample in load("vidore-v3", graded, "french")] == ["6"]
    with pytest.raises(DatasetMissing, match="no judged query of the split german"):
        load("vidore-v3", graded, "german")


def test_v2_has_columns_with_hyphens_and_may_have_no_language(tmp_path: Path) -> None:
    write_parquet(tmp_path / "corpus/a.parquet", [{"corpus-id": 0, "image": picture_cell(10)}])
    write_parquet(tmp_path / "queries/a.parquet", [{"query-id": 5, "query": "Which birds?"}])
    write_parquet(tmp_path / "qrels/a.parquet", hyphened(JUDGED[:1]))
    (sample,) = load("vidore-v2", tmp_path)
    assert sample.truth["pages"] == [{"file": "page-0.png", "page": 1, "relevance": 1}]
    assert sample.categories == {}
    assert dataset_named("vidore-v2").scorer.primary == "across_ndcg_at_5"
    assert load("vidore-v1", tmp_path)[0].truth == sample.truth
    assert corpus("vidore-v1", tmp_path) == corpus("vidore-v2", tmp_path)


def test_translations_that_share_an_id_are_samples_of_their_own(graded: Path) -> None:
    write_parquet(graded / "queries/test-00000-of-00001.parquet", [row | {"query_id": 5} for row in QUERIES[:2]])
    assert [sample.id for sample in load("vidore-v3", graded)] == ["5", "5-french"]


def test_v1_has_a_page_for_each_file_name_and_a_sample_for_each_query(flat: Path) -> None:
    first, second = load("vidore-v1", flat)
    assert (first.question, second.question) == ("Which birds?", "Which fish?")
    assert first.truth["pages"] == [{"file": "page-00003.png", "page": 1, "relevance": 1}]  # of the query's last row
    assert second.truth["pages"] == [{"file": "page-00000.png", "page": 1, "relevance": 1}]
    assert corpus("vidore-v1", flat) == {
        "page-00000.png": drawn_picture(10),
        "page-00001.png": drawn_picture(20),
        "page-00003.png": drawn_picture(30),
    }


def test_missing_parts_are_named(tmp_path: Path) -> None:
    for name, wanted in (("vidore-v1", "parquet"), ("vidore-v2", "corpus"), ("vidore-v3", "corpus")):
        with pytest.raises(DatasetMissing, match=wanted):
            load(name, tmp_path)
        with pytest.raises(DatasetMissing, match=wanted):
            corpus(name, tmp_path)
    write_parquet(tmp_path / "test-0.parquet", [{"query": None, "image": picture_cell(1), "image_filename": "a"}])
    with pytest.raises(DatasetMissing, match="no query"):
        load("vidore-v1", tmp_path)


def test_damage_is_named(graded: Path) -> None:
    write_parquet(graded / "qrels/test-00000-of-00001.parquet", [{"query_id": 5, "corpus_id": 9, "score": 1}])
    with pytest.raises(DatasetDamaged, match="judgement 1: the corpus has no page 9"):
        load("vidore-v3", graded)
    write_parquet(graded / "qrels/test-00000-of-00001.parquet", [{"query_id": 5, "corpus_id": 1}])
    with pytest.raises(DatasetDamaged, match="judgement 1 has no score"):
        load("vidore-v3", graded)
    write_parquet(graded / "qrels/test-00000-of-00001.parquet", [{"query_id": 5, "corpus_id": 1, "score": "high"}])
    with pytest.raises(DatasetDamaged, match="judgement 1: the score 'high' is no number"):
        load("vidore-v3", graded)
    write_parquet(graded / "corpus/test-00000-of-00002.parquet", [{"corpus_id": 0, "image": {"bytes": b"no picture"}}])
    with pytest.raises(DatasetDamaged, match="page-0"):
        corpus("vidore-v3", graded)


def test_damage_of_v1_is_named(flat: Path) -> None:
    path = flat / "data/test-00000-of-00001.parquet"
    write_parquet(path, [{"query": "Which birds?", "image": picture_cell(10), "image_filename": None}])
    with pytest.raises(DatasetDamaged, match="row 1 has no image_filename"):
        load("vidore-v1", flat)
    write_parquet(path, [{"query": "Which birds?", "image": picture_cell(10)}])
    with pytest.raises(DatasetDamaged, match="no column image_filename"):
        load("vidore-v1", flat)
