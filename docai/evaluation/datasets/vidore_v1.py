"""ViDoRe v1: page retrieval with the questions of ten tasks, each a data set by itself."""

from __future__ import annotations

from collections.abc import Iterator

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.beir_pages import ALL, beir_corpus, beir_samples, is_beir
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_ranking import PageRanking, PageRankingTruth, RelevantPage

_COLUMNS = ("query", "image", "image_filename")


def _load(source: Source) -> Iterator[Sample]:
    if is_beir(source):
        yield from beir_samples(source)
        return
    relevant: dict[str, str] = {}
    for query, file in _rows(source):
        if query:
            relevant[query] = file.name  # the last row of a query counts, as in `vidore-benchmark`
    if not relevant:
        raise DatasetMissing(f"{source.folder} has no query.", folder=str(source.folder))
    for number, (query, name) in enumerate(relevant.items()):
        yield Sample(
            id=f"{number:04}",
            task=Task.RETRIEVE,
            files=(),
            truth=PageRankingTruth(pages=(RelevantPage(file=name),)).model_dump(mode="json"),
            question=query,
        )


def _corpus(source: Source) -> Iterator[SampleFile]:
    if is_beir(source):
        yield from beir_corpus(source)
        return
    seen: set[str] = set()
    for _, file in _rows(source):
        if file.name not in seen:
            seen.add(file.name)
            yield file


def _rows(source: Source) -> Iterator[tuple[str | None, SampleFile]]:
    """Each row's query, if any, and its page, which is named by the first row that has its `image_filename`."""
    paths = all_present(source, "data/test-*.parquet", "test-*.parquet", "*.parquet")
    first: dict[str, int] = {}
    for number, row in enumerate(rows(paths, _COLUMNS)):
        filename = row["image_filename"]
        if not isinstance(filename, str):
            raise DatasetDamaged(f"{paths[0]}, row {number + 1} has no image_filename.", path=str(paths[0]))
        yield row["query"], picture(f"page-{first.setdefault(filename, number):05}", row["image"])


DATASET = Dataset(
    name="vidore-v1",
    title="ViDoRe v1 (Faysse et al., ICLR 2025)",
    task=Task.RETRIEVE,
    splits=(ALL,),
    load=_load,
    scorer=PageRanking(),
    layout="one task, such as docvqa_test_subsampled; others are {arxivqa,infovqa,tabfquad}_test_subsampled, "
    "{tatdqa,shiftproject}_test and syntheticDocQA_{artificial_intelligence,energy,government_reports,"
    "healthcare_industry}_test: data/test-*.parquet with query, image and image_filename; or, of the same with _beir "
    "at the end, corpus/, queries/ and qrels/, each with *.parquet",
    obtain="hf download --repo-type dataset vidore/docvqa_test_subsampled --local-dir FOLDER",
    licence="by task, mostly MIT; documents with their owners",
    hub=HubPlace("vidore/docvqa_test_subsampled", ("data/test-*",)),
    corpus=_corpus,
)
