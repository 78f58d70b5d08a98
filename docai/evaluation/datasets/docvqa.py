"""DocVQA: questions about single pages of scanned documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pydantic import Field

from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.datasets.rrc import (
    HUB_COPY,
    RRC,
    SPLITS,
    RrcQuestion,
    category,
    picture_in,
    questions,
    split_files,
)
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers, AnlsTruth

_FOLDERS = ("spdocvqa_images", "documents", "images")
_COLUMNS = (
    "questionId",
    "question",
    "question_types",
    "image",
    "ucsf_document_id",
    "ucsf_document_page_no",
    "answers",
)


class _Question(RrcQuestion):
    question_types: tuple[str, ...] = ()
    document: str = Field(alias="ucsf_document_id")
    page: int | str = Field(alias="ucsf_document_page_no")


class _Annotated(_Question):
    image: str
    """Such as `documents/xnbl0037_1.png`."""


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split; see `Dataset`."""
    annotations = [f"{source.split}_v1.0_withQT.json", f"{source.split}_v1.0.json"]
    found, tables = split_files(source, annotations, "DocVQA")
    if found.suffix == ".json":
        for question in questions(found, _Annotated):
            name = PurePosixPath(question.image).name
            places = [question.image, *(f"{folder}/{name}" for folder in _FOLDERS)]
            yield _sample(question, picture_in(source, found, places))
        return
    for place, row in located_rows(all_present(source, *tables), _COLUMNS):
        question_of_row = checked(_Question, row, str(place))
        name = f"{question_of_row.document}_{question_of_row.page}"
        yield _sample(question_of_row, kept_picture(place, row, "image", name))


def _sample(question: _Question, file: SampleFile) -> Sample:
    return Sample(
        id=str(question.id),
        task=Task.ANSWER,
        files=(file,),
        truth=AnlsTruth(answers=question.answers).model_dump(mode="json"),
        question=question.question,
        group=question.document,
        categories={"question type": category(question.question_types)} if question.question_types else {},
    )


DATASET = Dataset(
    name="docvqa",
    title="DocVQA (Mathew, Karatzas, Jawahar, WACV 2021)",
    task=Task.ANSWER,
    splits=SPLITS,
    load=load,
    scorer=AnlsAnswers(),
    layout="`val_v1.0_withQT.json` or `val_v1.0.json`, and the pictures in `documents/` or `spdocvqa_images/`; or the "
    "hub's `DocVQA/validation-*.parquet`.",
    obtain=f"{RRC}, or `hf download {HUB_COPY} --repo-type dataset --include 'DocVQA/validation-*' --local-dir FOLDER`",
    licence="terms of the competition's site; pages of the UCSF Industry Documents Library",
    hub=HubPlace(HUB_COPY, ("DocVQA/validation-*.parquet",)),
)
