from __future__ import annotations

import pytest

from docai.rendering.lists import split_marker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\N{BULLET} apples", (None, "apples")),
        ("- apples", (None, "apples")),
        ("3. pears", (3, "pears")),
        ("(12) pears", (12, "pears")),
        ("a) plums", (None, "a) plums")),
        ("2.1 plums", (None, "2.1 plums")),
        ("-5 degrees", (None, "-5 degrees")),
        ("2026. A year", (None, "2026. A year")),
    ],
)
def test_a_marker_is_told_from_the_text(text: str, expected: tuple[int | None, str]) -> None:
    assert split_marker(text) == expected
