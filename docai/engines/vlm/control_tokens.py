"""Control tokens in text from documents and questions, broken up so that no server takes them for its own."""

from __future__ import annotations

import re

_HARMLESS = r"(?!\|/?(?:grounding|ref|det|box|box_start|box_end|ref_start|ref_end|quad|object_ref)[_a-z]*\|>)"
"""Words of grounding that prompts of DeepSeek-OCR and Qwen-VL are made of; in a document they only ask for boxes."""
_BARRED = rf"<(?={_HARMLESS}[|\uff5c][^<>\s]{{1,64}}[|\uff5c]>)"
"""`<|im_start|>`, `<|image_pad|>` and the like, of Qwen, Llama, Phi, GLM; with wide bars, of DeepSeek."""
_NAMED = (
    "s|/s|bos|eos|pad|unk|mask|image|img|/img|video|audio|IMG_CONTEXT|image_soft_token|start_of_turn|end_of_turn|"
    "start_of_image|end_of_image|start_of_role|end_of_role|end_of_text|end_of_utterance|fake_token_around_image|"
    r"global-img|row_\d+_col_\d+|image_placeholder|im_start|im_end|think|/think|slice|/slice|image_id|/image_id"
)
_POINTED = rf"<(?=(?:{_NAMED})>)"
"""Of LLaVA, InternVL, Gemma, Granite, Idefics, MiniCPM, DeepSeek; `<s>` is the start of a text for most."""
_SQUARE = r"\[(?=/?(?:INST|IMG|IMG_BREAK|IMG_END|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK)\])"
"""Of Mistral."""
_DOUBLE = r"<(?=</?SYS>>)"
"""Of Llama 2."""
_CONTROL_TOKEN = re.compile("|".join((_BARRED, _POINTED, _SQUARE, _DOUBLE)))


def broken_up(text: str) -> str:
    """The text with a space within each control token, behind its first character: `< |image_pad|>`.

    A server reads control tokens wherever they stand in a prompt. An image's placeholder in the words of a document
    makes it look for an image that is not there and refuse the page; a turn's end lets a document speak for us.
    Servers offer nothing against it (for local models, transformers' `sanitize_control_tokens` does the same).
    """
    return _CONTROL_TOKEN.sub(lambda found: f"{found[0]} ", text)
