"""Row boundaries of a table: which gaps between printed lines part two rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docai.grids.lines import text_lines
from docai.grids.marks import Clues, Guess, Mark, Rule

BELIEVED = 0.3
"""Summed probability of the suggestions in a gap from which on it parts rows."""
RULE_SHARE = 0.6
"""Share of the table's width that rules in one gap have to cover to part rows whatever else is seen."""


class LineGap(NamedTuple):
    """The white between two printed lines that follow one another."""

    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Where a boundary would be drawn."""
        return (self.top + self.bottom) / 2


def row_edges(clues: Clues) -> list[float]:
    """Row boundaries from top to bottom, the table's own top and bottom included; points."""
    lines = text_lines(clues.marks)
    gaps = [_gap(a, b) for a, b in pairwise(lines)]
    belief = _belief(gaps, clues.row_guesses)
    cuts = [
        _place(gap, clues.across)
        for gap, probability in zip(gaps, belief, strict=True)
        if probability >= BELIEVED or ruled_share(clues, gap.top, gap.bottom) >= RULE_SHARE
    ]
    return [clues.region.y0, *cuts, clues.region.y1]


def ruled_share(clues: Clues, top: float, bottom: float) -> float:
    """Share of the table's width covered by horizontal rules between two heights."""
    spans = sorted((r.start, r.end) for r in clues.across if top <= r.at <= bottom)
    return _covered(spans, clues.region.x0, clues.region.x1) / max(clues.region.width, 1e-6)


def _gap(above: Sequence[Mark], below: Sequence[Mark]) -> LineGap:
    top = max(m.cy + m.height / 4 for m in above)
    return LineGap(top, max(top, min(m.cy - m.height / 4 for m in below)))


def _belief(gaps: Sequence[LineGap], guesses: Sequence[Guess]) -> list[float]:
    """Each gap's share of the suggestions: every suggestion counts for the gap nearest to it."""
    belief = [0.0] * len(gaps)
    for guess in guesses if gaps else ():
        nearest = min(range(len(gaps)), key=lambda i: max(gaps[i].top - guess.at, guess.at - gaps[i].bottom, 0.0))
        belief[nearest] += guess.probability
    return belief


def _place(gap: LineGap, rules: Sequence[Rule]) -> float:
    """On the rule in a gap, else in its middle."""
    inside = [r for r in rules if gap.top <= r.at <= gap.bottom]
    return max(inside, key=lambda r: r.end - r.start).at if inside else gap.middle


def _covered(spans: Sequence[tuple[float, float]], low: float, high: float) -> float:
    total, reach = 0.0, low
    for start, end in spans:
        first, last = max(start, reach), min(end, high)
        if last > first:
            total += last - first
            reach = last
    return total
