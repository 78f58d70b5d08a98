"""Row boundaries of a table: which gaps between printed lines part two rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docai.grids.lattice import NEAR, covered, is_crossed, levels
from docai.grids.lines import text_lines
from docai.grids.marks import Clues, Guess, Mark

BELIEVED = 0.35
"""Summed probability of the suggestions in a gap from which on it parts rows."""
RULE_SHARE = 0.6
"""Share of the table's width that a rule has to cover to part rows whatever else is seen."""
CLOSED_SHARE = 0.15
"""The same where vertical rules cross the table: there a rule over a few columns parts the cells of those."""
RECORDS = 0.6
"""Share of the rows with a label, and of positions with words, from which on lines in a ruled row are rows."""


class LineGap(NamedTuple):
    """The white between two printed lines that follow one another."""

    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Where a boundary would be drawn."""
        return (self.top + self.bottom) / 2


def row_edges(clues: Clues, xs: Sequence[float]) -> list[float]:
    """Row boundaries from top to bottom, the table's own top and bottom included; points."""
    region = clues.region
    gaps = [_gap(a, b) for a, b in pairwise(text_lines(clues.marks))]
    belief = _belief(gaps, clues.row_guesses)
    wanted = [g for g, p in zip(gaps, belief, strict=True) if p >= BELIEVED]
    closed = is_crossed(clues)
    ruled = [
        y
        for y in levels(clues.across, region.y0, region.y1)
        if covered(clues.across, y, region.x0, region.x1) >= (CLOSED_SHARE if closed else RULE_SHARE)
    ]
    edges = _parting(ruled, clues.marks)
    for top, bottom in pairwise([region.y0, *edges, region.y1]):
        inside = [g.middle for g in wanted if top < g.middle < bottom and not _drawn(g, ruled)]
        if not closed or _are_records([top, *inside, bottom], xs, clues.marks):
            edges += inside
    return [region.y0, *_parting(sorted(edges), clues.marks), region.y1]


def _drawn(gap: LineGap, ruled: Sequence[float]) -> bool:
    return any(gap.top - NEAR <= y <= gap.bottom + NEAR for y in ruled)


def _are_records(ys: Sequence[float], xs: Sequence[float], marks: Sequence[Mark]) -> bool:
    """Whether most of the rows that suggestions make of a ruled row have a label and fill most columns."""
    rows = [{bisect_right(xs, m.cx) for m in marks if top <= m.cy < bottom} for top, bottom in pairwise(ys)]
    labelled = sum(1 in row for row in rows)
    filled = sum(len(row) for row in rows)
    return labelled >= RECORDS * len(rows) and filled >= RECORDS * len(rows) * (len(xs) - 1)


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


def _parting(cuts: Sequence[float], marks: Sequence[Mark]) -> list[float]:
    """Only cuts with words between them and on either side."""
    kept: list[float] = []
    low = float("-inf")
    for cut in cuts:
        if any(low < m.cy <= cut for m in marks):
            kept.append(cut)
            low = cut
    while kept and not any(m.cy > kept[-1] for m in marks):
        kept.pop()
    return kept
