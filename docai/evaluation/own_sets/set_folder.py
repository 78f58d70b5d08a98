"""SetFolder: the files of an own set, sealed or plain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from docai.errors import DatasetDamaged, DatasetMissing, InvalidRequest
from docai.evaluation.own_sets.questions import OwnQuestion
from docai.evaluation.own_sets.set_record import QUESTIONS, RECORD, SEALED, SetRecord, is_own_set, read_record
from docai.sealing import Seal

DOCUMENTS = "documents"
_NAME_DIGITS = 32
"""Digits of a name's hash that a sealed document is called by: names can tell as much as pages."""


class SetFolder:
    """An own set. One process writes into it. What is sealed is sealed in memory: nothing plain touches the disk."""

    def __init__(self, path: Path, record: SetRecord, seal: Seal | None) -> None:
        """Use `open_set` or `new_set`."""
        self.path = path
        self.record = record
        self._seal = seal

    def questions(self) -> list[OwnQuestion]:
        """All questions, in their order.

        Raises:
            DatasetMissing: there is no file of questions.
            DatasetDamaged: a line is no question, or two have one id.
            WrongSecretKey: it was sealed with another key.
        """
        path = self.path / (QUESTIONS + (SEALED if self._seal else ""))
        try:
            content = self._opened(path.read_bytes())
        except FileNotFoundError:
            raise DatasetMissing(f"There is no {path}.", path=str(path)) from None
        found: dict[str, OwnQuestion] = {}
        for number, line in enumerate(content.decode("utf-8-sig", errors="replace").split("\n"), start=1):
            if not line.strip():
                continue
            try:
                question = OwnQuestion.model_validate_json(line)
            except ValidationError as error:
                said = "; ".join(f"{'.'.join(map(str, e['loc']))} {e['msg']}".strip() for e in error.errors())
                raise DatasetDamaged(f"{path}, line {number}: {said}.", path=str(path), line=number) from None
            if question.id in found:
                raise DatasetDamaged(f"{path}, line {number}: {question.id!r} was there before.", path=str(path))
            found[question.id] = question
        return list(found.values())

    def save(self, questions: Iterable[OwnQuestion]) -> None:
        """Write all questions anew, whole or not at all."""
        content = "".join(question.line() + "\n" for question in questions).encode()
        self._write(self.path / (QUESTIONS + (SEALED if self._seal else "")), content)

    def document(self, name: str) -> bytes:
        """A document's bytes.

        Raises:
            DatasetMissing: there is none of this name.
            WrongSecretKey: it was sealed with another key.
        """
        path = self.document_path(name)
        return self._opened(path.read_bytes())

    def document_path(self, name: str) -> Path:
        """Where a document lies: in `documents/` or beside the questions; sealed, under a name that tells nothing.

        Raises:
            DatasetMissing: there is none of this name within the folder.
        """
        own = (
            (self.path / DOCUMENTS / _sealed_name(name),)
            if self._seal
            else (self.path / DOCUMENTS / name, self.path / name)
        )
        root = self.path.resolve()
        for path in own:
            if path.is_file() and path.resolve().is_relative_to(root):
                return path
        raise DatasetMissing(f"{self.path} has no document {name!r}.", folder=str(self.path), file=name)

    def add_document(self, name: str, content: bytes) -> None:
        """Keep a document under a name without folders."""
        self._write(self.path / DOCUMENTS / (_sealed_name(name) if self._seal else name), content)

    def _opened(self, content: bytes) -> bytes:
        return content if self._seal is None else self._seal.unseal(content)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        with new.open("wb") as file:
            file.write(content if self._seal is None else self._seal.seal(content))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def open_set(path: Path, seal: Callable[[], Seal]) -> SetFolder:
    """An own set that is there.

    Args:
        path: Its folder.
        seal: The deployment's; asked for only where the set is sealed.

    Raises:
        DatasetMissing: the folder is no own set.
        DatasetDamaged: `set.json` cannot be read.
    """
    if not is_own_set(path):
        raise DatasetMissing(
            f"{path} has no {QUESTIONS}; `docai eval init` makes a set, and docs/own_sets.md says how to write one.",
            folder=str(path),
        )
    record = read_record(path)
    return SetFolder(path, record, seal() if record.encrypted else None)


def new_set(path: Path, record: SetRecord, seal: Callable[[], Seal]) -> SetFolder:
    """A new own set without questions.

    Raises:
        InvalidRequest: the folder has questions already.
    """
    if any((path / name).exists() for name in (QUESTIONS, QUESTIONS + SEALED)):
        raise InvalidRequest(f"{path} is an own set already; give another folder.", folder=str(path))
    path.mkdir(parents=True, exist_ok=True)
    (path / RECORD).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return SetFolder(path, record, seal() if record.encrypted else None)


def _sealed_name(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:_NAME_DIGITS] + SEALED
