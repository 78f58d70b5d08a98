"""KeptLines: JSON lines that are added one by one and survive a kill."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from docai.errors import DatasetDamaged

_Kept = TypeVar("_Kept", bound=BaseModel)
_BLOCK = 1 << 16


class KeptLines(Generic[_Kept]):
    """A file of one JSON object a line. Threads of one process may add to it side by side."""

    def __init__(self, path: Path, kind: type[_Kept]) -> None:
        """Nothing is read or made yet."""
        self._path = path
        self._kind = kind
        self._lock = threading.Lock()

    def append(self, entry: _Kept) -> None:
        """Keep an entry; once this returns it is on the disk."""
        line = entry.model_dump_json().encode() + b"\n"
        with self._lock, self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Iterator[_Kept]:
        """All entries in the order in which they were kept; a last line that was cut off by a kill is none.

        Raises:
            DatasetDamaged: a line is no such entry.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.endswith(b"\n"):
                    yield self._entry(number, line)

    def mend(self) -> None:
        """Drop a last line that was cut off, so that the next one begins a line."""
        if not self._path.exists():
            return
        with self._path.open("rb+") as file:
            end = file.seek(0, os.SEEK_END)
            file.truncate(_whole(file, end))

    def _entry(self, number: int, line: bytes) -> _Kept:
        try:
            return self._kind.model_validate_json(line)
        except ValidationError as error:
            raise DatasetDamaged(
                f"{self._path}, line {number}, cannot be read: {error}.", path=str(self._path)
            ) from None


def _whole(file: BinaryIO, end: int) -> int:
    """Bytes up to and with the last line's end."""
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
