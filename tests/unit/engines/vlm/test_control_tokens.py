from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.engines.vlm.control_tokens import broken_up

CONTROL = [
    "<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|vision_start|>", "<|endoftext|>", "<|image|>", "<|image_1|>",
    "<|begin▁of▁sentence|>", "<\uff5cUser\uff5c>", "<image>", "<img>", "<IMG_CONTEXT>", "<image_soft_token>", "<s>",
    "<start_of_turn>", "<end_of_utterance>", "<fake_token_around_image>", "<row_2_col_3>", "<global-img>", "[IMG]",
    "[IMG_BREAK]", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<think>", "</s>",
]  # fmt: skip


@pytest.mark.parametrize("token", CONTROL)
def test_a_control_token_is_one_no_more_and_can_still_be_read(token: str) -> None:
    safe = broken_up(f"a{token}b")
    assert token not in safe
    assert safe.replace(" ", "") == f"a{token}b"


@pytest.mark.parametrize(
    "text",
    [
        "a < b | c > d",
        "<|grounding|>Convert the document to markdown.",
        "<|ref|>title<|/ref|><|det|>[[1, 2, 3, 4]]<|/det|>",
        "<table><tr><td>1</td></tr></table>",
        "x[1] [IMAGE 3] <b>bold</b> <imagery>",
        "List<Integer> and |pipes|",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert broken_up(text) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*CONTROL, "<", "|", ">", "[", " ", "a", "<|", "|>"]), max_size=12).map("".join))
def test_whatever_stands_beside_them_none_is_left(text: str) -> None:
    safe = broken_up(text)
    assert broken_up(safe) == safe
    assert not any(token in safe for token in CONTROL)
    assert safe.replace(" ", "") == text.replace(" ", "")
