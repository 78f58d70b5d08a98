"""MathVista: mathematics in pictures, from 31 sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.exam_questions import asked, by_letter
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked, document
from docai.evaluation.metrics.mathvista import AnswerType, MathVistaQuestion
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.mathvista import MathVistaScorer, MathVistaTruth

_COLUMNS = ("pid", "question", "image", "choices", "unit", "precision", "answer", "answer_type", "metadata")
_PICTURE = "decoded_image"
_CATEGORIES = ("task", "context", "category", "grade", "language", "source")
_LIST = 'Reply with a list such as "[1, 2, 3]" alone.'


class _Problem(BaseModel):
    """A question as it is published."""

    pid: str
    question: str
    image: str
    choices: list[str] | None = None
    unit: str | None = None
    precision: float | None = None
    answer: str
    answer_type: AnswerType
    metadata: dict[str, Any]


def _samples(source: Source) -> Iterator[Sample]:
    path = present(
        source,
        f"data/{source.split}-*.parquet",
        f"{source.split}-*.parquet",
        f"annot_{source.split}.json",
        f"data/{source.split}.json",
        f"{source.split}.json",
    )
    yield from _of_json(path) if path.suffix == ".json" else _of_parquet(path)


def _of_parquet(path: Path) -> Iterator[Sample]:
    name = path.name.partition("-")[0]
    for place, row in located_rows(sorted(path.parent.glob(f"{name}-*.parquet")), (*_COLUMNS, _PICTURE)):
        problem = checked(_Problem, row, str(place))
        yield _sample(problem, kept_picture(place, row, _PICTURE))


def _of_json(path: Path) -> Iterator[Sample]:
    problems = json_of(path)
    if not isinstance(problems, dict):
        raise DatasetDamaged(f"{path} is no object of questions by their number.", path=str(path))
    for pid, problem in problems.items():
        named = {"pid": pid, **problem} if isinstance(problem, dict) else problem
        read = checked(_Problem, named, f"{path}, question {pid}")
        yield _sample(read, document(path.parent / read.image))


def _sample(problem: _Problem, picture: SampleFile) -> Sample:
    question = MathVistaQuestion(
        answer_type=problem.answer_type, choices=tuple(problem.choices or ()), precision=int(problem.precision or 0)
    )
    skills = tuple(problem.metadata.get("skills") or ())
    unit = f" (in {problem.unit})" if problem.unit else ""
    return Sample(
        id=problem.pid,
        task=Task.ANSWER,
        files=(picture,),
        question=asked(problem.question + unit, by_letter(question.choices), _request(question)),
        truth=MathVistaTruth(answer=problem.answer, question=question, skills=skills).model_dump(mode="json"),
        group=picture.name,
        categories={
            "kind": "choice" if question.choices else "free form",
            "answer": problem.answer_type.value,
            **{name: str(problem.metadata[name]) for name in _CATEGORIES if problem.metadata.get(name)},
        },
    )


def _request(question: MathVistaQuestion) -> str:
    if question.choices:
        return "Reply with the letter of the right option alone."
    if question.answer_type is AnswerType.LIST:
        return _LIST
    if question.answer_type is AnswerType.FLOAT:
        places = "1 decimal place" if question.precision == 1 else f"{question.precision} decimal places"
        return f"Reply with a number of {places} alone."
    return "Reply with a whole number alone." if question.answer_type is AnswerType.INTEGER else "Reply briefly."


DATASET = Dataset(
    name="mathvista",
    title="MathVista (Lu et al., ICLR 2024)",
    task=Task.ANSWER,
    splits=("testmini",),
    load=_samples,
    scorer=MathVistaScorer(),
    layout="`data/testmini-*.parquet`, or `annot_testmini.json` (also `data/testmini.json`) with `images/` beside it. "
    "The test split's answers are not published.",
    obtain="`hf download AI4Math/MathVista --repo-type dataset --include 'data/testmini-*' --local-dir FOLDER`",
    licence="CC-BY-SA-4.0; the pictures keep their sources' licences",
    hub=HubPlace("AI4Math/MathVista", ("data/testmini-*.parquet",)),
)
