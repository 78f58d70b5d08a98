"""A query as one line of text, with nothing in it that the model would take for a command."""

from __future__ import annotations

import re

from docai.engines.checkpoints.control_tokens import defused


def plain(text: str, special: re.Pattern[str]) -> str:
    """The text on one line, with every special token of the model broken up.

    Args:
        text: What the caller asks.
        special: Finds the model's special tokens; see `docai.engines.checkpoints.control_tokens`.
    """
    return defused(" ".join(text.split()), special)
