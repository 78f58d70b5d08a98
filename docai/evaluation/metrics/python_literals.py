"""Texts that are Python literals, as data sets and models write lists."""

from __future__ import annotations

import ast
import warnings


def literal_of(text: str) -> object:
    """The value that a text writes in Python, without running anything; None where it writes none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of backslashes that escape nothing, as in LaTeX
        try:
            return ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
