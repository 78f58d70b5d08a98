"""MMMU: questions of university exams with pictures, in six disciplines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.exam_questions import asked, by_letter, listed, with_names
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.parquet_pictures import RowPlace, kept_picture, located_rows
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.metrics.mmmu_choice import ChoiceRule
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.mmmu import MmmuScorer, MmmuTruth

PICTURES = tuple(f"image_{n}" for n in range(1, 8))
"""Columns; a question has up to seven."""
LETTER = "Reply with the letter of the right option alone."
_SHORT = "Reply with one word, one phrase or one number."
_COLUMNS = ("id", "question", "options", "answer", "question_type", "topic_difficulty", *PICTURES)
_DISCIPLINES = {
    "Art and Design": ("Art", "Art_Theory", "Design", "Music"),
    "Business": ("Accounting", "Economics", "Finance", "Manage", "Marketing"),
    "Science": ("Biology", "Chemistry", "Geography", "Math", "Physics"),
    "Health and Medicine": (
        "Basic_Medical_Science",
        "Clinical_Medicine",
        "Diagnostics_and_Laboratory_Medicine",
        "Pharmacy",
        "Public_Health",
    ),
    "Humanities and Social Science": ("History", "Literature", "Sociology", "Psychology"),
    "Tech and Engineering": (
        "Agriculture",
        "Architecture_and_Engineering",
        "Computer_Science",
        "Electronics",
        "Energy_and_Power",
        "Materials",
        "Mechanical_Engineering",
    ),
}
_DISCIPLINE_OF = {subject: discipline for discipline, subjects in _DISCIPLINES.items() for subject in subjects}


class _Question(BaseModel):
    id: str
    """Such as `validation_Art_Theory_3`."""
    question: str
    options: str | list[str]
    answer: str
    question_type: str
    topic_difficulty: str | None = None


def subject_categories(subject: str) -> dict[str, str]:
    """A subject with its discipline, as the official report groups them.

    Raises:
        ValueError: MMMU has no such subject.
    """
    name = subject.replace(" ", "_")
    if name not in _DISCIPLINE_OF:
        raise ValueError(f"there is no subject {subject!r}")
    return {"discipline": _DISCIPLINE_OF[name], "subject": name}


def numbered_pictures(place: RowPlace, row: dict[str, Any]) -> dict[int, SampleFile]:
    """Pictures of a row by the numbers of the marks that name them.

    Raises:
        DatasetDamaged: one of them is none that docai takes in.
    """
    return {
        n: kept_picture(place, row, column, f"{row['id']}_{column}")
        for n, column in enumerate(PICTURES, start=1)
        if row[column] is not None
    }


def _samples(source: Source) -> Iterator[Sample]:
    paths = all_present(source, f"*/{source.split}-*.parquet", f"{source.split}-*.parquet")
    for place, row in located_rows(paths, _COLUMNS):
        question = checked(_Question, row, str(place))
        pictures = numbered_pictures(place, row)
        try:
            yield _sample(question, pictures)
        except ValueError as error:
            raise DatasetDamaged(f"{place}: {error}.", path=str(place.path)) from None


def _sample(asks: _Question, pictures: dict[int, SampleFile]) -> Sample:
    is_choice = asks.question_type == "multiple-choice"
    options = by_letter(listed(asks.options)) if is_choice else {}
    if is_choice and asks.answer not in options:
        raise ValueError(f"the answer {asks.answer!r} is none of its options")
    answers = (asks.answer,) if is_choice else tuple(listed(asks.answer))
    text = asked(asks.question, options, LETTER if is_choice else _SHORT)
    return Sample(
        id=asks.id,
        task=Task.ANSWER,
        files=tuple(pictures.values()),
        question=with_names(text, pictures),
        truth=MmmuTruth(answers=answers, options=options).model_dump(mode="json"),
        categories={
            **subject_categories("_".join(asks.id.split("_")[1:-1])),
            "kind": "choice" if is_choice else "open",
            "difficulty": asks.topic_difficulty or "unknown",
        },
    )


DATASET = Dataset(
    name="mmmu",
    title="MMMU (Yue et al., CVPR 2024)",
    task=Task.ANSWER,
    splits=("validation", "dev"),
    load=_samples,
    scorer=MmmuScorer(ChoiceRule.MMMU),
    layout="`<subject>/validation-*.parquet` of 30 subjects (or `dev-*`), or the same in one folder. The test split's "
    "answers are not published.",
    obtain="`hf download MMMU/MMMU --repo-type dataset --include '*/validation-*' --local-dir FOLDER`",
    licence="Apache-2.0",
    hub=HubPlace("MMMU/MMMU", ("*/validation-*.parquet", "*/dev-*.parquet")),
)
