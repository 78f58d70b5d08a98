"""Column boundaries of a table: suggested and ruled lines moved into the white, missing ones added."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docai.grids.lattice import covered, is_crossed, levels
from docai.grids.lines import usual_height
from docai.grids.marks import Clues, Guess, Mark

BELIEVED = 0.35
"""Probability of a suggestion, its neighbours' included, from which on it is taken."""
CLOSED = 0.75
"""Share of the boundaries that rules have to draw for a table to be taken as ruled: then only rules part columns."""
RULE_SHARE = 0.5
"""Share of the table's height that a rule has to cover to part columns whatever else is seen."""
REACH_SHARE = 0.022
"""How far a suggested line may be moved, as a share of the table's width: suggestions come in hundredths of it."""


def column_edges(clues: Clues) -> list[float]:
    """Column boundaries from left to right, the table's own edges included; points."""
    region = clues.region
    reach = max(REACH_SHARE * region.width, 0.5 * usual_height(clues.marks))
    ruled = levels(clues.down, region.x0, region.x1)
    beams = [x for x in ruled if covered(clues.down, x, region.y0, region.y1) >= RULE_SHARE]
    guesses = [g.at for g in _peaks(clues.col_guesses, 1.5 * region.width / 100)]
    undrawn = [x for x in guesses if all(abs(x - r) > reach for r in beams)]
    if is_crossed(clues) and len(beams) >= CLOSED * (len(beams) + len(undrawn)):
        return [region.x0, *_parting(ruled, clues.marks), region.x1]
    white = [_into_white(x, clues.marks, reach) for x in undrawn]
    return [region.x0, *_parting(sorted(beams + white), clues.marks), region.x1]


def _peaks(guesses: Sequence[Guess], apart: float) -> list[Guess]:
    """The likeliest suggestions, none nearer than `apart` to a likelier one; each counts its neighbours' share."""
    taken: list[Guess] = []
    for guess in sorted(guesses, key=lambda g: -g.probability):
        if any(abs(guess.at - t.at) < apart for t in taken):
            continue
        mass = sum(g.probability for g in guesses if abs(g.at - guess.at) < apart)
        if mass >= BELIEVED:
            taken.append(guess)
    return taken


def _into_white(x: float, marks: Sequence[Mark], reach: float) -> float:
    """The middle of the widest white near `x` that cuts the fewest words."""
    edges = sorted({x - reach, x + reach, *(e for m in marks for e in (m.x0, m.x1) if abs(e - x) < reach)})
    best = (len(marks) + 1.0, 0.0, x)
    for left, right in pairwise(edges):
        middle = (left + right) / 2
        cut = sum(1 for m in marks if m.x0 < middle < m.x1)
        best = min(best, (cut, left - right, middle))
    return best[2]


def _parting(cuts: Sequence[float], marks: Sequence[Mark]) -> list[float]:
    """Only cuts with words between them and on either side."""
    kept: list[float] = []
    centres = sorted(m.cx for m in marks)
    low = float("-inf")
    for cut in cuts:
        if any(low < c <= cut for c in centres):
            kept.append(cut)
            low = cut
    while kept and not any(c > kept[-1] for c in centres):
        kept.pop()
    return kept
