"""Questions as the Robust Reading Competition publishes them (challenge 17), and the hub's copies of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.rows_checked import checked
from docai.evaluation.samples import SampleFile

RRC = "https://rrc.cvc.uab.es/?ch=17&com=downloads"
"""Where the sets are had after registration."""
HUB_COPY = "lmms-lab/DocVQA"
"""DocVQA and InfographicVQA on the hub."""
SPLITS = ("val", "train")
"""Those with answers; the answers of `test` are with the competition."""


class RrcQuestion(BaseModel):
    """What all sets of the challenge have of a question."""

    id: int | str = Field(alias="questionId")
    question: str
    answers: tuple[str, ...] = Field(min_length=1)


_Question = TypeVar("_Question", bound=RrcQuestion)


def questions(path: Path, model: type[_Question]) -> Iterator[_Question]:
    """The questions of an annotation file, `{"data": [...]}`.

    Raises:
        DatasetDamaged: it is of another form, or has no answers, as those of the test split.
    """
    found = json_of(path)
    data = found.get("data") if isinstance(found, dict) else None
    if not isinstance(data, list):
        raise DatasetDamaged(f"{path} has no list of questions in `data`.", path=str(path))
    for number, question in enumerate(data, start=1):
        yield checked(model, question, f"{path}, question {number}")


def picture_in(source: Source, annotation: Path, names: Sequence[str]) -> SampleFile:
    """The picture at the first of these paths that exists, within the data set's folder or beside the annotation.

    Raises:
        DatasetMissing: none does.
    """
    for folder in (source.folder, annotation.parent):
        for name in names:
            if (path := folder / name).is_file():
                return SampleFile.at(path)
    raise DatasetMissing(f"{source.folder} has no {' and no '.join(names)}.", folder=str(source.folder))


def hub_split(split: str) -> str:
    """A split by the name that the hub's copies have for it."""
    return "validation" if split == "val" else split


def category(kinds: Sequence[str]) -> str:
    """Kinds of one question as one."""
    return " + ".join(sorted(kinds)) or "none"


def split_files(source: Source, annotations: Sequence[str], hub_folder: str) -> tuple[Path, list[str]]:
    """What a split is read from: its annotations, else its first parquet file; and the patterns of the latter.

    Args:
        source: Where the set lies.
        annotations: File names or patterns of the competition's download, the best first.
        hub_folder: Of the set in the hub's copy.

    Raises:
        DatasetMissing: there is neither.
    """
    pieces = f"{hub_split(source.split)}-*.parquet"
    tables = [f"{hub_folder}/{pieces}", pieces, f"data/{pieces}"]
    return present(source, *annotations, *(f"*/{name}" for name in annotations), *tables), tables
