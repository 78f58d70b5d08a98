"""A data set's rows held against what they should be, and the documents that they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.samples import SampleFile

_Row = TypeVar("_Row", bound=BaseModel)


def checked(model: type[_Row], row: Any, where: str) -> _Row:  # noqa: ANN401 - whatever the file holds
    """The row as the model has it.

    Args:
        model: What is wanted of a row; other columns are passed over.
        row: As it was read.
        where: File and row, for people.

    Raises:
        DatasetDamaged: it is not so.
    """
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(str(part) for part in first["loc"])
        raise DatasetDamaged(f"{where}: {f'{column}: ' if column else ''}{first['msg']}.", where=where) from None


def document(path: Path) -> SampleFile:
    """The file at a path, by its own name.

    Raises:
        DatasetMissing: there is none.
    """
    if not path.is_file():
        raise DatasetMissing(f"There is no {path}.", path=str(path))
    return SampleFile.at(path)
