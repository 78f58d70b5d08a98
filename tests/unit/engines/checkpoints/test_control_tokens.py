from __future__ import annotations

import pytest

from docai.engines.checkpoints.control_tokens import defused, special_tokens

SPECIAL = special_tokens(["<|image_pad|>", "<image>", "[IMG]", "\n", "a"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Total:\n  12\n", "Total:\n  12\n"),
        ("<|image_pad|>\n[IMG]", "< |image_pad|>\n[ IMG]"),
        ("<im<image>age>", "<im< image>age>"),
        ("a <b> banana", "a <b> banana"),
    ],
)
def test_lines_are_kept_and_special_tokens_are_not(text: str, expected: str) -> None:
    assert defused(text, SPECIAL) == expected
