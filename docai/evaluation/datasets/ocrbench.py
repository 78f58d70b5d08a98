"""OCRBench v1: a thousand questions on pictures with text, from 29 sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.ocrbench import OcrBenchScorer, OcrBenchTruth

_COLUMNS = ("dataset", "question", "question_type", "answer", "image")


def _listed(value: object) -> object:
    """One answer is published as itself, several as a list."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


class _Item(BaseModel):
    """A question as the official file has it, or, by the aliases, the hub."""

    dataset: str = Field(validation_alias=AliasChoices("dataset_name", "dataset"))
    question: str
    question_type: str = Field(validation_alias=AliasChoices("type", "question_type"))
    answers: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        validation_alias=AliasChoices("answers", "answer"), min_length=1
    )
    image_path: str = ""


def _samples(source: Source) -> Iterator[Sample]:
    path = present(source, "OCRBench.json", "*/OCRBench.json", "data/test-*.parquet", "test-*.parquet")
    if path.suffix == ".json":
        yield from _of_json(path, source.folder)
        return
    paths = sorted(path.parent.glob("test-*.parquet"))
    for index, (place, row) in enumerate(located_rows(paths, _COLUMNS), start=1):
        item = checked(_Item, row, str(place))
        yield _sample(index, item, kept_picture(place, row, "image"), str(place))


def _of_json(path: Path, folder: Path) -> Iterator[Sample]:
    items = json_of(path)
    if not isinstance(items, list):
        raise DatasetDamaged(f"{path} is no list of questions.", path=str(path))
    for index, values in enumerate(items, start=1):
        where = f"{path}, question {index}"
        item = checked(_Item, values, where)
        yield _sample(index, item, _picture(folder, item.image_path), where)


def _picture(folder: Path, name: str) -> SampleFile:
    """Names of pictures recur in the folders of several sources; with their folders they do not."""
    for path in (folder / "OCRBench_Images" / name, folder / name):
        if name and path.is_file():
            return SampleFile.at(path, name.replace("/", "_"))
    raise DatasetMissing(f"{folder} has no picture {name!r}, and none in OCRBench_Images.", folder=str(folder))


def _sample(index: int, item: _Item, picture: SampleFile, where: str) -> Sample:
    """Numbered in order: the published numbers are those of the sources, and recur."""
    truth = checked(OcrBenchTruth, item.model_dump(), where)
    return Sample(
        id=f"{index:04}",
        task=Task.ANSWER,
        files=(picture,),
        question=item.question,
        truth=truth.model_dump(mode="json"),
        group=picture.name,
        categories={"type": item.question_type, "source": item.dataset},
    )


DATASET = Dataset(
    name="ocrbench",
    title="OCRBench (Liu et al., Science China Information Sciences 2024)",
    task=Task.ANSWER,
    splits=("test",),
    load=_samples,
    scorer=OcrBenchScorer(),
    layout="`data/test-*.parquet`, or `OCRBench.json` (also in a folder of its own) with `OCRBench_Images/`.",
    obtain="`hf download echo840/OCRBench --repo-type dataset --local-dir FOLDER`",
    licence="for research; the pictures keep their sources' licences",
    hub=HubPlace("echo840/OCRBench", ("data/test-*.parquet",)),
)
