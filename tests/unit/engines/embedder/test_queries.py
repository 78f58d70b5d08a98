from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.engines.checkpoints.control_tokens import special_tokens
from docai.engines.embedder.queries import plain

TOKENS = ["<|image_pad|>", "<|im_start|>", "<image>", "<bos>", "\n\n", "<row_1_col_1>", "[IMG]", "\n"]
SPECIAL = special_tokens(TOKENS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net sales in 2023", "net sales in 2023"),
        ("  net\n\nsales\t", "net sales"),
        ("what is <|image_pad|>?", "what is < |image_pad|>?"),
        ("<im<image>age>", "<im< image>age>"),
        ("a <b> and 净销售额", "a <b> and 净销售额"),
        ("", ""),
    ],
)
def test_special_tokens_are_broken_up_and_nothing_else(text: str, expected: str) -> None:
    assert plain(text, SPECIAL) == expected


@given(st.lists(st.sampled_from([*TOKENS, "<", ">", "|", "image", "_pad", "bos", " "]), max_size=12))
def test_no_special_token_is_left_however_they_are_put_together(parts: list[str]) -> None:
    line = plain("".join(parts), SPECIAL)
    assert not any(token.strip() in line for token in TOKENS if len(token.strip()) > 1)


def test_a_model_without_special_tokens_changes_nothing() -> None:
    assert plain("<image> here", special_tokens([])) == "<image> here"
