"""Text made safe for a model's tokenizer: what documents and callers wrote is text, never a command to the model."""

from __future__ import annotations

import re
from collections.abc import Iterable


def special_tokens(tokens: Iterable[str]) -> re.Pattern[str]:
    """What finds a model's special tokens in a text; those of white space only, or of one character, are none."""
    found = {token.strip() for token in tokens if len(token.strip()) > 1}
    # The longest first, so that a token within another one does not hide it; `(?!)` is nowhere.
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or "(?!)")


def defused(text: str, special: re.Pattern[str]) -> str:
    """The text with every special token of the model broken up.

    Tokenizers turn `<|image_pad|>` into the token for an image wherever it stands. With a space after its first
    character it is text like any other, and still looks as it was written.

    Args:
        text: From a document or a caller.
        special: Finds the model's special tokens; see `special_tokens`.
    """
    # Breaking one token can join what stood on either side of it into another one.
    while special.search(text):
        text = special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
    return text
