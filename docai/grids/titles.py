"""Titles above and notes below a table that its region or frame took in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from docai.grids.cells import reading_order
from docai.grids.marks import Clues, Mark

_TITLE = re.compile(
    r"(table|exhibit|figure|chart|tableau|tabelle|tabla|tabella)\s+[\divxa-d]+[\divx.\-]*\b\W*\s", re.IGNORECASE
)
_NOTE = re.compile(r"(sources?|notes?|abbreviations?|quelle|anmerkung|nota|fuente)\s?[:.]\s?\S", re.IGNORECASE)


def without_titles(clues: Clues, ys: Sequence[float]) -> tuple[Clues, str | None]:
    """The table without a first row that is its title and last rows that are notes, and the title's text.

    Args:
        clues: what is known of the table.
        ys: its row boundaries.
    """
    top, bottom, title = 0, len(ys) - 1, None
    if bottom > 2 and _TITLE.match(_text(clues, ys[0], ys[1])):
        title, top = _text(clues, ys[0], ys[1]), 1
    while bottom - top > 2 and _NOTE.match(_text(clues, ys[bottom - 1], ys[bottom])):
        bottom -= 1
    if (top, bottom) == (0, len(ys) - 1):
        return clues, None
    region = clues.region._replace(y0=ys[top], y1=ys[bottom])
    inside = _between(clues.marks, ys[top], ys[bottom])
    ornaments = tuple(_between(clues.ornaments, ys[top], ys[bottom]))
    return replace(clues, region=region, marks=tuple(inside), ornaments=ornaments), title


def _between(marks: Sequence[Mark], top: float, bottom: float) -> list[Mark]:
    return [m for m in marks if top <= m.cy < bottom]


def _text(clues: Clues, top: float, bottom: float) -> str:
    return " ".join(m.text for m in reading_order(_between(clues.marks, top, bottom)))
