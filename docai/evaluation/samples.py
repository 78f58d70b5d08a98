"""Sample: one thing asked of docai whose right answer is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Task(StrEnum):
    """What docai is asked to do with a sample's files."""

    ANSWER = "answer"
    """Answer a question about them."""
    RETRIEVE = "retrieve"
    """Rank pages by a question, within the sample's file and over the data set's whole corpus."""
    PARSE = "parse"
    """Read their pages: text, tables, charts."""
    EXTRACT = "extract"
    """Find the fields of a JSON Schema in them."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A PDF or picture as docai takes it in."""

    name: str
    """With its suffix; within a data set the same name has the same bytes."""
    read: Callable[[], bytes]
    """Its bytes; called when the file is taken in, and not before."""

    @classmethod
    def at(cls, path: Path, name: str | None = None) -> SampleFile:
        """The file at a path, by its own name unless another is given."""
        return cls(name or path.name, path.read_bytes)


@dataclass(frozen=True, slots=True)
class Sample:
    """One item of a data set."""

    id: str
    """Unique within the data set."""
    task: Task
    files: tuple[SampleFile, ...]
    """What is asked about, in order; empty only for retrieval over the whole corpus."""
    truth: Mapping[str, Any]
    """JSON; what it holds is told by the scorer, which checks it."""
    question: str | None = None
    """As docai is asked, with the options of a choice; None where nothing is asked."""
    schema: Mapping[str, Any] | None = None
    """JSON Schema of the fields to be found; for `Task.EXTRACT`."""
    group: str = ""
    """Samples of one group, as a rule of one document, vary less than they look, and are drawn together in intervals;
    empty: the sample is a group by itself."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """By what figures are broken down, such as `{"evidence": "table"}`."""
