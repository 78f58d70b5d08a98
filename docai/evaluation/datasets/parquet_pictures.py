"""Pictures in parquet files, read when they are wanted: those of a data set are more than memory holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.samples import SampleFile

_AT_ONCE = 16
"""Rows of one column in memory while a picture is looked up."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row stands."""

    path: Path
    number: int
    """Within the file, from 0."""

    def __str__(self) -> str:
        return f"{self.path}, row {self.number + 1}"

    def content(self, column: str) -> bytes:
        """The bytes of a picture, which stand in the cell as they are or as the hub's `Image` feature has them.

        Raises:
            DatasetDamaged: the cell has none.
        """
        content = _content(self._cell(column))
        if content is None:
            raise DatasetDamaged(f"{self} has no picture in column {column}.", path=str(self.path))
        return content

    def _cell(self, column: str) -> Any:  # noqa: ANN401 - whatever the column holds
        from pyarrow import ArrowException  # noqa: PLC0415 - with the extra only, and rows were read with it
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415

        try:
            with ParquetFile(self.path) as file:
                behind = self.number
                for group in range(file.num_row_groups):
                    n_rows = file.metadata.row_group(group).num_rows
                    if behind >= n_rows:
                        behind -= n_rows
                        continue
                    for batch in file.iter_batches(_AT_ONCE, row_groups=[group], columns=[column]):
                        if behind < batch.num_rows:
                            return batch.column(0)[behind].as_py() if batch.num_columns else None
                        behind -= batch.num_rows
        except (ArrowException, OSError) as error:
            raise DatasetDamaged(f"{self.path} cannot be read: {error}.", path=str(self.path)) from None
        return None


def located_rows(
    paths: Sequence[Path], columns: Sequence[str] | None = None
) -> Iterator[tuple[RowPlace, dict[str, Any]]]:
    """The rows of parquet files with where they stand; see `rows`.

    Raises:
        ConfigurationError: pyarrow is not installed.
        DatasetDamaged: a file is no parquet, or has none of a column.
    """
    for path in paths:
        for number, row in enumerate(rows([path], columns)):
            yield RowPlace(path, number), row


def kept_picture(place: RowPlace, row: dict[str, Any], column: str, name: str | None = None) -> SampleFile:
    """The picture of a row that was read, of which only the name is kept.

    Args:
        place: Of the row.
        row: It, with the column.
        column: Of the picture.
        name: Without a suffix; None: a digest of the bytes, so that the same picture has the same name.

    Raises:
        DatasetDamaged: there is no picture that docai takes in.
    """
    content = _content(row.get(column))
    if content is None:
        raise DatasetDamaged(f"{place} has no picture in column {column}.", path=str(place.path))
    named = picture(name or hashlib.sha256(content).hexdigest()[:16], {"bytes": content}).name
    return SampleFile(named, partial(place.content, column))


def placed_picture(place: RowPlace, column: str) -> SampleFile:
    """The picture of a row whose column was not read; for the pages of `as_document`, which need no name."""
    return SampleFile(column, partial(place.content, column))


def _content(cell: Any) -> bytes | None:  # noqa: ANN401 - whatever the column holds
    content = cell.get("bytes") if isinstance(cell, dict) else cell
    return content if isinstance(content, bytes) and content else None
