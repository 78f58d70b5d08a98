"""What lies in a folder of training data: documents, pictures, and lines of JSON with texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docai.errors import DatasetMissing
from docai.evaluation.datasets.files import json_lines

_DOCUMENTS = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A folder, or a file alone."""

    root: Path

    def documents(self) -> Iterator[tuple[str, Path]]:
        """PDFs and pictures by their names relative to the folder, in order.

        Raises:
            DatasetMissing: there is no such folder or file.
        """
        return self._files(_DOCUMENTS)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text in every `.jsonl`, however deep in its line, with file and line.

        Raises:
            DatasetMissing: there is no such folder or file.
            DatasetDamaged: a line is no JSON.
        """
        for name, path in self._files(frozenset({".jsonl"})):
            for number, value in enumerate(json_lines(path), start=1):
                yield from ((f"{name}, entry {number}", text) for text in _texts(value))

    def _files(self, suffixes: frozenset[str]) -> Iterator[tuple[str, Path]]:
        if not self.root.exists():
            raise DatasetMissing(f"There is no {self.root}.", path=str(self.root))
        if self.root.is_file():
            paths, base = [self.root], self.root.parent
        else:
            paths, base = sorted(path for path in self.root.rglob("*") if path.is_file()), self.root
        for path in paths:
            if path.suffix.lower() in suffixes:
                yield path.relative_to(base).as_posix(), path


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
