"""InfographicVQA: questions about infographics."""

from __future__ import annotations

from collections.abc import Iterator

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

_FOLDERS = ("infographicsvqa_images", "infographicvqa_images", "images")
_COLUMNS = ("questionId", "question", "answers", "answer_type", "image", "operation/reasoning")


class _Question(RrcQuestion):
    answer_type: tuple[str, ...] | None = None
    evidence: tuple[str, ...] | None = None
    operation: tuple[str, ...] | None = Field(default=None, alias="operation/reasoning")


class _Annotated(_Question):
    image: str = Field(alias="image_local_name")
    """Such as `20471.jpeg`."""


def load(source: Source) -> Iterator[Sample]:
    """The questions of a split; see `Dataset`."""
    annotations = [f"infographic*VQA_{source.split}_v1.0_withQT.json", f"infographic*VQA_{source.split}_v1.0.json"]
    found, tables = split_files(source, annotations, "InfographicVQA")
    if found.suffix == ".json":
        for question in questions(found, _Annotated):
            places = [*(f"{folder}/{question.image}" for folder in _FOLDERS), question.image]
            yield _sample(question, picture_in(source, found, places))
        return
    for place, row in located_rows(all_present(source, *tables), _COLUMNS):
        yield _sample(checked(_Question, row, str(place)), kept_picture(place, row, "image"))


def _sample(question: _Question, file: SampleFile) -> Sample:
    told = {"answer": question.answer_type, "evidence": question.evidence, "operation": question.operation}
    return Sample(
        id=str(question.id),
        task=Task.ANSWER,
        files=(file,),
        truth=AnlsTruth(answers=question.answers).model_dump(mode="json"),
        question=question.question,
        group=file.name,
        categories={name: category(kinds) for name, kinds in told.items() if kinds is not None},
    )


DATASET = Dataset(
    name="infographicvqa",
    title="InfographicVQA (Mathew et al., WACV 2022)",
    task=Task.ANSWER,
    splits=SPLITS,
    load=load,
    scorer=AnlsAnswers(),
    layout="`infographicsVQA_val_v1.0_withQT.json` and the pictures in `infographicsvqa_images/`; or the hub's "
    "`InfographicVQA/validation-*.parquet`.",
    obtain=f"{RRC}, or "
    f"`hf download {HUB_COPY} --repo-type dataset --include 'InfographicVQA/validation-*' --local-dir FOLDER`",
    licence="terms of the competition's site; the pictures belong to their makers",
    hub=HubPlace(HUB_COPY, ("InfographicVQA/validation-*.parquet",)),
)
