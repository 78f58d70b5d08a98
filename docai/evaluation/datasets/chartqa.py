"""ChartQA: questions about charts, by people and by a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.chart_answers import ChartAnswers, ChartAnswerTruth, QuestionAuthor

_GROUP = "chartqa"
"""Folder of the set in a folder with a manifest."""
_HUB = "lmms-lab/ChartQA"


class _Row(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Annotated(_Row):
    """Of `test_human.json` and `test_augmented.json`."""

    picture: str = Field(alias="imgname")
    question: str = Field(alias="query")
    answer: str = Field(alias="label")


class _HubRow(_Row):
    """Of lmms-lab/ChartQA."""

    kind: Literal["human_test", "augmented_test"] = Field(alias="type")
    question: str
    answer: str


class _OtherHubRow(_Row):
    """Of HuggingFaceM4/ChartQA."""

    by_machine: Literal[0, 1] = Field(alias="human_or_machine")
    question: str = Field(alias="query")
    answers: tuple[str] = Field(alias="label")


class _Listed(_Row):
    """Of `PICTURE.qa.json` in a folder with a manifest."""

    question: str
    answer: str
    author: QuestionAuthor = Field(alias="split")


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split, those of people first where the set has them apart; see `Dataset`."""
    if has_manifest(source):
        yield from _of_manifest(source)
        return
    split = source.split
    folders = [f"{inside}{split}/{split}_human.json" for inside in ("", "ChartQA Dataset/", "*/")]
    tables = [f"data/{split}-*.parquet", f"{split}-*.parquet"]
    if present(source, *folders, *tables).suffix == ".json":
        yield from _of_folder(source, folders)
        return
    for number, (place, row) in enumerate(located_rows(all_present(source, *tables))):
        if "query" in row:
            other = checked(_OtherHubRow, row, str(place))
            author = QuestionAuthor.AUGMENTED if other.by_machine else QuestionAuthor.HUMAN
            question, answer = other.question, other.answers[0]
        else:
            mine = checked(_HubRow, row, str(place))
            author = QuestionAuthor(mine.kind.removesuffix("_test"))
            question, answer = mine.question, mine.answer
        yield _sample(str(number), kept_picture(place, row, "image"), question, answer, author)


def _of_folder(source: Source, folders: list[str]) -> Iterator[Sample]:
    root = present(source, *folders).parent
    for author in QuestionAuthor:
        path = root / f"{source.split}_{author.value}.json"
        found = json_of(path)
        if not isinstance(found, list):
            raise DatasetDamaged(f"{path} has no list of questions.", path=str(path))
        for number, item in enumerate(found):
            row = checked(_Annotated, item, f"{path}, question {number + 1}")
            file = document(root / "png" / row.picture)
            yield _sample(f"{author.value}/{number}", file, row.question, row.answer, author)


def _of_manifest(source: Source) -> Iterator[Sample]:
    if source.split != "test":
        raise DatasetMissing(f"{source.folder} has the split test alone.", folder=str(source.folder))
    for item in manifest_items(source, _GROUP):
        found = json_of(item.truth)
        listed = found.get("qa") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise DatasetDamaged(f"{item.truth} has no list of questions in `qa`.", path=str(item.truth))
        for number, each in enumerate(listed):
            row = checked(_Listed, each, f"{item.truth}, question {number + 1}")
            yield _sample(f"{item.id}/{number}", SampleFile.at(item.file), row.question, row.answer, row.author)


def _sample(name: str, file: SampleFile, question: str, answer: str, author: QuestionAuthor) -> Sample:
    return Sample(
        id=name,
        task=Task.ANSWER,
        files=(file,),
        truth=ChartAnswerTruth(answer=answer, author=author).model_dump(mode="json"),
        question=question,
        group=file.name,
        categories={"question by": author.value},
    )


DATASET = Dataset(
    name="chartqa",
    title="ChartQA (Masry et al., Findings of ACL 2022)",
    task=Task.ANSWER,
    splits=("test", "val", "train"),
    load=load,
    scorer=ChartAnswers(),
    layout="`test/test_human.json`, `test/test_augmented.json` and `test/png/`; or parquet files of the hub "
    "(`data/test-*.parquet`); or a folder with `manifest.json`.",
    obtain=f"https://github.com/vis-nlp/ChartQA, or `hf download {_HUB} --repo-type dataset --local-dir FOLDER`",
    licence="GPL-3.0; charts of Statista, Pew Research Center, Our World in Data and the OECD",
    hub=HubPlace(_HUB, ("data/test-*.parquet",)),
)
