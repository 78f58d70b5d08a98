"""Headings over several columns: told by the rule drawn below them, or by standing alone in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docai.grids.lines import usual_height
from docai.grids.marks import Clues, Mark, Rule
from docai.grids.rules import share

Row = Sequence[Sequence[Mark]]
"""The words of one row, position by position."""

BELOW = 0.6
"""How far from the row's lower boundary its rule may lie, in heights of a word."""
COVERED = 0.6
"""Share of a column's width that the rule has to run under."""
CENTRED = 0.12
"""How far a lone text's middle may be off the middle of the columns it heads, as a share of their width."""


def headings(
    rows: Sequence[Row], texts: Sequence[Sequence[int]], clues: Clues, ys: Sequence[float], xs: Sequence[float]
) -> list[tuple[int, int, int]]:
    """Row, first and last column of each text that heads the columns it stands over.

    Args:
        rows: the words of each position.
        texts: which text stands in each position: 0 for none, the same number where a text crosses over.
        clues: what is known of the table.
        ys: row boundaries.
        xs: column boundaries.
    """
    reach = BELOW * usual_height(clues.marks)
    found = []
    for number, row in enumerate(rows[:-1]):
        rules = [r for r in clues.across if abs(r.at - ys[number + 1]) <= reach]
        runs = [(a, b) for a, b in (_columns(rule, xs) for rule in rules) if 0 < b - a < len(xs) - 2]
        found += [(number, a, b) for a, b in runs if _count(texts[number][a : b + 1]) == 1]
        lone = _alone(row, xs) if not runs and _count(texts[number]) == 1 else None
        if lone is not None:
            found.append((number, *lone))
    return found


def _columns(rule: Rule, xs: Sequence[float]) -> tuple[int, int]:
    """First and last column that a rule runs under; the last lies before the first if there is none."""
    under = [c for c, (left, right) in enumerate(pairwise(xs)) if share([rule], left, right) >= COVERED]
    return (under[0], under[-1]) if under else (0, -1)


def _count(texts: Sequence[int]) -> int:
    return len({number for number in texts if number})


def _alone(row: Row, xs: Sequence[float]) -> tuple[int, int] | None:
    """First and last column under a row's only text, if it stands in the middle of all columns or all but the first."""
    marks = [m for cell in row for m in cell]
    if row[0] or len(row) < 3:
        return None
    middle = (min(m.x0 for m in marks) + max(m.x1 for m in marks)) / 2
    for first in (1, 0):
        left, right = xs[first], xs[-1]
        if abs(middle - (left + right) / 2) <= CENTRED * (right - left):
            return first, len(row) - 1
    return None
