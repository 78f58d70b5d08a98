"""Lines of `questions.jsonl`."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from docai.evaluation.own_sets.questions import AnswerFormat, OwnQuestion


def question(**said: Any) -> OwnQuestion:
    return OwnQuestion.model_validate({"id": "1", "file": "a.pdf", **said})


def test_short_forms_are_read() -> None:
    found = question(question="How much?", answer=12.5, answer_format="number", pages=[3])
    assert (found.files, found.answers, found.answer_format) == (("a.pdf",), ("12.5",), AnswerFormat.NUMBER)
    assert question(question="Who?", answer=["Ada", "Bob"], answer_format="list").answers == ("Ada", "Bob")
    assert question(question="Is it?", answer=True, answer_format="yes_no").answers == ("yes",)
    assert question(question="Who?", answer=None, answerable=False).answers == ()
    assert not question(question="Who?", answers=["Ada"]).confirmed


def test_what_is_written_is_read_again() -> None:
    asked = question(question="Wie viel?", answers=["12 €"], box={"x0": 0, "y0": 0, "x1": 1, "y1": 1}, confirmed=True)
    fields = question(schema={"type": "object"}, fields={"a": 1})
    for one in (asked, fields):
        assert OwnQuestion.model_validate_json(one.line()) == one
    assert set(json.loads(fields.line())) == {"id", "files", "schema", "fields"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "either a `question` or a `schema`"),
        ({"question": "Who?"}, "an answerable question has an answer"),
        ({"question": "Who?", "answer": "Ada", "answerable": False}, "an unanswerable one has none"),
        ({"schema": {}}, "come together"),
        ({"question": "Who?", "answer": "a", "schema": {}, "fields": {}}, "either"),
        ({"question": "Who?", "answer": "a", "pages": [0]}, "pages count from 1"),
        ({"question": "Who?", "answer": "a", "files": []}, "no file"),
        ({"question": "Who?", "answer": "a", "confirmed": True, "rejected": True}, "confirmed and rejected"),
        ({"question": "Who?", "answer": "a", "anwser_format": "text"}, "anwser_format"),
        ({"question": "Who?", "answer": "a", "answer_format": "essay"}, "answer_format"),
    ],
)
def test_what_cannot_be_asked_is_refused(said: dict[str, Any], why: str) -> None:
    files = {} if "files" in said else {"file": "a.pdf"}
    with pytest.raises(ValidationError, match=why):
        OwnQuestion.model_validate({"id": "1", **files, **said})
    with pytest.raises(ValidationError):
        OwnQuestion.model_validate(["no object"])
