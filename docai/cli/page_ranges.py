"""Pages as they are named on the command line: `3`, or `1-3,7`."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from docai.errors import InvalidRequest

PagesOption = Annotated[
    str | None,
    typer.Option("--page", "--pages", metavar="N", help="Only these pages, such as 3 or 1-3,7; without it, all."),
]
"""The option of commands that do something with some of a document's pages."""

_RANGE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")


def page_numbers(text: str | None) -> list[int]:
    """The numbers, ascending, each once; none where nothing is named.

    Raises:
        InvalidRequest: it names no pages.
    """
    if text is None:
        return []
    numbers: set[int] = set()
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise InvalidRequest(f"--page: {text!r} names no pages; give them like 3 or 1-3,7.")
        numbers.update(range(first, last + 1))
    return sorted(numbers)
