"""Which keys are keys."""

from __future__ import annotations

import pytest

from docai.api.idempotency import key_of
from docai.errors import IdempotencyKeyMalformed


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('  "padded"  ', "padded"),
        (r'"a \"quoted\" \\ key, with all"', r'a "quoted" \ key, with all'),
        ('" "', " "),
        ('"' + "x" * 255 + '"', "x" * 255),
    ],
)
def test_a_key_comes_quoted_or_bare(sent: str, key: str) -> None:
    assert key_of([sent]) == key


@pytest.mark.parametrize(
    "sent",
    [
        [""],
        ['""'],
        ["a b"],
        ['a"b'],
        ['"a'],
        ["a,b"],
        ['"a", "b"'],
        ["a", "a"],
        ["x" * 256],
        ['"é"'],
        ['"\\n"'],
        ["\x7f"],
    ],
)
def test_anything_else_is_malformed(sent: list[str]) -> None:
    with pytest.raises(IdempotencyKeyMalformed):
        key_of(sent)
