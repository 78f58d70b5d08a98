"""Parquet files as the Hugging Face hub has them, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docai.errors import ConfigurationError, DatasetDamaged
from docai.evaluation.samples import SampleFile

_AT_ONCE = 64
"""Rows in memory; some carry a dozen pictures."""
_SUFFIXES = (
    (b"\x89PNG", ".png"),
    (b"\xff\xd8", ".jpg"),
    (b"%PDF", ".pdf"),
    (b"II*\x00", ".tiff"),
    (b"MM\x00*", ".tiff"),
)


def rows(paths: Sequence[Path], columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of parquet files, in order; of the columns named, or all.

    Raises:
        ConfigurationError: pyarrow is not installed.
        DatasetDamaged: a file is no parquet, or has none of a column.
    """
    try:
        from pyarrow import ArrowException  # noqa: PLC0415 - with the extra only
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ConfigurationError(
            "Data sets of the Hugging Face hub are parquet files, which docai reads with `pip install 'docai[eval]'`."
        ) from None
    for path in paths:
        try:
            with ParquetFile(path) as file:
                if missing := set(columns or ()) - set(file.schema_arrow.names):
                    raise DatasetDamaged(f"{path} has no column {', '.join(sorted(missing))}.", path=str(path))
                for batch in file.iter_batches(_AT_ONCE, columns=list(columns) if columns else None):
                    yield from batch.to_pylist()
        except (ArrowException, OSError) as error:
            raise DatasetDamaged(f"{path} cannot be read: {error}.", path=str(path)) from None


def picture(name: str, cell: dict[str, Any]) -> SampleFile:
    """The picture in a cell of the hub's `Image` feature: its bytes, and a suffix that they tell.

    Args:
        name: Of the file, without a suffix.
        cell: `{"bytes": ..., "path": ...}`.

    Raises:
        DatasetDamaged: the cell has no bytes, or those of no picture that docai takes in.
    """
    content = cell.get("bytes") if isinstance(cell, dict) else None
    suffix = next((suffix for start, suffix in _SUFFIXES if content and content.startswith(start)), None)
    if suffix is None:
        raise DatasetDamaged(f"The picture {name} has no bytes of a PNG, JPEG, TIFF or PDF.")
    assert isinstance(content, bytes)
    return SampleFile(name + suffix, lambda: content)
