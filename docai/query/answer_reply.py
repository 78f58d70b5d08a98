"""What a vision-language model is asked to reply to a question, as a JSON Schema, and what its reply says."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from docai.domain.answers import AnswerForm
from docai.errors import ReplyUnreadable

MAX_QUOTES = 12
MAX_STEPS = 12

# No bounds on strings: with them, grammars for constrained decoding cannot write JSON's escapes (xgrammar, issue 800).
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "evidence": {
            "type": "array",
            "maxItems": MAX_QUOTES,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"image": {"type": "integer"}, "quote": {"type": "string"}},
                "required": ["image", "quote"],
            },
        },
        "steps": {
            "type": "array",
            "maxItems": MAX_STEPS,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"expression": {"type": "string"}, "result": {"type": "number"}},
                "required": ["expression", "result"],
            },
        },
        "type": {"type": "string", "enum": [form.value for form in AnswerForm]},
        "answer": {"type": "string"},
        "unanswerable": {"type": "boolean"},
    },
    "required": ["evidence", "steps", "type", "answer", "unanswerable"],
}
"""Evidence comes first, so that the answer is written with the quotes in sight."""

_ANSWER = re.compile(r'"answer"\s*:\s*"((?:[^"\\]|\\.)*)')


def _as_text(value: object) -> object:
    """A model without constrained decoding writes numbers, lists and truth values as such."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return str(value) if isinstance(value, int | float) else value


def _as_form(value: object) -> object:
    return value.strip().casefold().replace("/", "_").replace(" ", "_") if isinstance(value, str) else value


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class QuoteSaid(_Said):
    """A passage that the answer rests on."""

    image: int
    """1-based."""
    quote: str


class StepSaid(_Said):
    """A step of arithmetic."""

    expression: str
    result: float


class AnswerSaid(_Said):
    """A reply, before anything has confirmed it."""

    evidence: tuple[QuoteSaid, ...] = ()
    steps: tuple[StepSaid, ...] = ()
    type: Annotated[AnswerForm, BeforeValidator(_as_form)] = AnswerForm.SPAN
    answer: Annotated[str, BeforeValidator(_as_text)] = ""
    unanswerable: bool = False

    @property
    def abstains(self) -> bool:
        """Whether the model sees no answer."""
        return self.unanswerable or self.type is AnswerForm.NONE or not self.answer.strip()


def answer_said(reply: object) -> AnswerSaid:
    """What a reply says.

    Raises:
        ReplyUnreadable: it is not of the schema.
    """
    try:
        return AnswerSaid.model_validate(reply)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReplyUnreadable(f"{place or 'reply'}: {first['msg']}") from error


class AnswerSoFar:
    """The answer's text, piece by piece, out of the JSON that is still being written."""

    def __init__(self) -> None:
        self._text = ""
        self._told = ""

    def add(self, piece: str) -> str:
        """What the answer has gained by a further piece of JSON; empty where it is not the answer that is written."""
        self._text += piece
        match = _ANSWER.search(self._text)
        if match is None:
            return ""
        try:
            so_far = str(json.loads(f'"{match[1]}"', strict=False))
        except ValueError:  # in the middle of an escape
            return ""
        gained = so_far[len(self._told) :]
        self._told = so_far
        return gained
