"""Questions with the pages of whole documents that answer them, among the pages of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.docqa_folder import MANIFEST, listed_files
from docai.evaluation.datasets.files import json_lines
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_ranking import PageRanking, PageRankingTruth, RelevantPage

_QUERIES = "queries.jsonl"


class _Query(BaseModel):
    id: str
    question: str
    file: str
    """Path relative to the folder."""
    relevant_pages: tuple[int, ...] = Field(min_length=1)
    """1-based."""
    dataset: str = ""


def _load(source: Source) -> Iterator[Sample]:
    path = source.folder / _QUERIES
    corpus = {Path(item.file).name for item in listed_files(source)}
    for number, row in enumerate(json_lines(path), start=1):
        query = checked(_Query, row, f"{path}, query {number}")
        file = document(source.folder / query.file)
        if file.name not in corpus:
            raise DatasetDamaged(f"{path}, query {number}: {MANIFEST} does not list {file.name}.", path=str(path))
        pages = tuple(dict.fromkeys(query.relevant_pages))
        relevant = tuple(RelevantPage(file=file.name, page=page) for page in pages)
        yield Sample(
            id=query.id,
            task=Task.RETRIEVE,
            files=(file,),
            truth=PageRankingTruth(pages=relevant).model_dump(mode="json"),
            question=query.question,
            group=file.name,
            categories={"source": query.dataset, "relevant_pages": "one" if len(pages) == 1 else "several"},
        )


def _corpus(source: Source) -> Iterator[SampleFile]:
    seen: dict[str, Path] = {}
    for item in listed_files(source):
        file, path = document(source.folder / item.file), source.folder / item.file
        if file.name in seen:
            raise DatasetDamaged(
                f"{source.folder / MANIFEST} names two files {file.name}: {seen[file.name]} and {path}.",
                path=str(source.folder / MANIFEST),
            )
        seen[file.name] = path
        yield file


DATASET = Dataset(
    name="page-retrieval",
    title="Pages that answer questions, among the pages of all documents",
    task=Task.RETRIEVE,
    splits=("all",),
    load=_load,
    scorer=PageRanking(),
    layout="manifest.json with `items` of `file` for the corpus; queries.jsonl with id, question, file, relevant_pages "
    "(from 1) and dataset; files by paths relative to the folder",
    obtain="a folder of one's own documents and questions",
    licence="that of the documents",
    corpus=_corpus,
)
