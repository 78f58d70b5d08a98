"""Tell a list item's printed marker from its text."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^[\u2022\u25e6\u25aa\u25ab\u2023\u2043\u00b7\u25cf\u25cb\u25a0\u25a1\u2013\u2014*-]\s+")
"""Bullets, circles, squares, dashes and asterisks."""
_NUMBER = re.compile(r"^\(?(\d{1,3})[.)]\s+")


def split_marker(text: str) -> tuple[int | None, str]:
    """A list item's number, if it is printed with one, and its text without number or bullet.

    Letters and nested numbers (`a)`, `2.1`) mean something that neither Markdown nor HTML can count, so they stay.
    """
    if number := _NUMBER.match(text):
        return int(number[1]), text[number.end() :]
    if bullet := _BULLET.match(text):
        return None, text[bullet.end() :]
    return None, text
