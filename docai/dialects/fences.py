"""The code fence that models set around a whole reply."""

from __future__ import annotations

import re

_OPENING = re.compile(r"\A\s*```[a-zA-Z]{0,12}[ \t]*\n")
_CLOSING = re.compile(r"\n?```\s*\Z")


def unfenced(text: str) -> tuple[str, bool]:
    """The text within a fence around all of it, and whether the fence was never closed."""
    opening = _OPENING.match(text)
    if opening is None:
        return text, False
    closing = _CLOSING.search(text, opening.end() - 1)
    return text[opening.end() : closing.start() if closing else len(text)], closing is None
