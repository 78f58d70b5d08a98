"""OwnQuestion: a question of an own set with its answer, where that stands, and whether a person confirmed it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from docai.domain.geometry import Box


class AnswerFormat(StrEnum):
    """How an answer is compared."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"
    """`answers` are the entries of one list."""
    YES_NO = "yes_no"


class OwnQuestion(BaseModel):
    """A line of `questions.jsonl`: a question, or fields to be found by a JSON Schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    files: tuple[str, ...]
    """Names in the set; `file` for one. The first is where `pages` and `box` are."""
    question: str | None = None
    answers: tuple[str, ...] = ()
    """All that are accepted; `answer` for one. The entries of the answer where it is a list."""
    answer_format: AnswerFormat = AnswerFormat.TEXT
    answerable: bool = True
    pages: tuple[int, ...] = ()
    """1-based, where the answer stands; empty: not told."""
    box: Box | None = None
    """Where on the first of these pages, in fractions of it."""
    quote: str | None = None
    """What stands there."""
    json_schema: dict[str, Any] | None = Field(None, alias="schema")
    fields: dict[str, Any] | None = None
    """What is to be found by the schema."""
    kind: str = ""
    """What the question was made of, such as `table`; figures are broken down by it."""
    confirmed: bool = False
    """Whether a person says that question and answer are right."""
    rejected: bool = False
    """Whether a person says that the question is useless; it is kept, so that it is not looked at twice."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the line holds
        if not isinstance(given, dict):
            return given
        found = dict(given)
        if "file" in found and "files" not in found:
            found["files"] = (found.pop("file"),)
        if "answer" in found and "answers" not in found:
            answer = found.pop("answer")
            found["answers"] = answer if isinstance(answer, list) else () if answer is None else (answer,)
        if isinstance(answers := found.get("answers"), list | tuple):
            found["answers"] = tuple(_text(answer) for answer in answers)
        return found

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.files:
            raise ValueError("no file is named")
        if (self.json_schema is None) != (self.fields is None):
            raise ValueError("`schema` and `fields` come together")
        if (self.question is None) == (self.json_schema is None):
            raise ValueError("it needs either a `question` or a `schema` with `fields`")
        if self.question is not None and self.answerable != bool(self.answers):
            raise ValueError("an answerable question has an answer, and an unanswerable one has none")
        if any(page < 1 for page in self.pages):
            raise ValueError("pages count from 1")
        if self.confirmed and self.rejected:
            raise ValueError("it is confirmed and rejected")
        return self

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked at it yet."""
        return not (self.confirmed or self.rejected)

    def line(self) -> str:
        """As it is written, without what is not set."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


def _text(answer: Any) -> Any:  # noqa: ANN401 - whatever the line holds
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer) if isinstance(answer, int | float) else answer
