"""Files of a data set: found or named as missing, read or named as damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source


def present(source: Source, *names: str) -> Path:
    """The first of these paths within the folder that exists; names may be patterns, of which the first match counts.

    Raises:
        DatasetMissing: none of them does.
    """
    for name in names:
        if found := sorted(source.folder.glob(name)):
            return found[0]
    raise DatasetMissing(f"{source.folder} has no {' and no '.join(names)}.", folder=str(source.folder))


def all_present(source: Source, *patterns: str) -> list[Path]:
    """All files of the first pattern that has any, in order of their names.

    Raises:
        DatasetMissing: none of them has.
    """
    for pattern in patterns:
        if found := sorted(source.folder.glob(pattern)):
            return found
    raise DatasetMissing(f"{source.folder} has no {' and no '.join(patterns)}.", folder=str(source.folder))


def json_of(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """The JSON in a file.

    Raises:
        DatasetMissing: there is no such file.
        DatasetDamaged: it is none.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DatasetMissing(f"There is no {path}.", path=str(path)) from None
    except (OSError, ValueError) as error:
        raise DatasetDamaged(f"{path} is no JSON: {error}.", path=str(path)) from None


def json_lines(path: Path) -> Iterator[Any]:
    """The JSON values in a file, one a line; empty lines are passed over.

    Raises:
        DatasetMissing: there is no such file.
        DatasetDamaged: a line is none.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:  # as it goes: some files are larger than the memory
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _json_line(path, number, line)
    except FileNotFoundError:
        raise DatasetMissing(f"There is no {path}.", path=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetDamaged(f"{path} cannot be read: {error}.", path=str(path)) from None


def _json_line(path: Path, number: int, line: str) -> Any:  # noqa: ANN401 - whatever the line holds
    try:
        return json.loads(line)
    except ValueError as error:
        raise DatasetDamaged(f"{path}, line {number}, is no JSON: {error}.", path=str(path)) from None
