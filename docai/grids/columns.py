"""Column boundaries of a table: suggested and ruled lines moved into the white, missing ones added."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docai.grids.lines import usual_height
from docai.grids.marks import Clues, Guess, Mark

BELIEVED = 0.35
"""Probability of a suggestion, its neighbours' included, from which on it is taken."""
REACH_SHARE = 0.022
"""How far a suggested line may be moved, as a share of the table's width: suggestions come in hundredths of it."""


def column_edges(clues: Clues) -> list[float]:
    """Column boundaries from left to right, the table's own edges included; points."""
    region = clues.region
    height = usual_height(clues.marks)
    reach = max(REACH_SHARE * region.width, 0.5 * height)
    cuts = sorted(_into_white(g.at, clues.marks, reach) for g in _peaks(clues.col_guesses, 1.5 * region.width / 100))
    return [region.x0, *_parting(cuts, clues.marks), region.x1]


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
