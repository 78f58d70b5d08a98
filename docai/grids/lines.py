"""Printed lines of a table, and the unbroken runs of words within a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median

from docai.grids.marks import Mark

SAME_LINE = 0.5
"""Words whose middles differ by less than this share of the usual height stand in one line: raised and lowered
figures do, the next line of print does not, however tightly it is set."""
TALL = 2.5
"""A word this many times as high as the usual one is set upright or spans lines; it does not make a line."""
SPACE_SHARE = 0.6
"""Widest gap between two words of one run, as a share of the word's height: a space is about a quarter of it, twice
that in justified text, and half of it in typewriter faces."""


def usual_height(marks: Iterable[Mark]) -> float:
    """Median height of words, in points; 0 for none."""
    heights = [m.height for m in marks]
    return median(heights) if heights else 0.0


def text_lines(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Words grouped into printed lines from top to bottom, each from left to right.

    Upright words are left out: they belong to no line. Signs in a much larger box, as bullets are, join the nearest.
    """
    usual = usual_height(marks)
    tall = [m for m in marks if m.height > TALL * usual]
    lines: list[list[Mark]] = []
    for mark in sorted((m for m in marks if m.height <= TALL * usual), key=lambda m: m.cy):
        if lines and mark.cy - fmean(m.cy for m in lines[-1]) < SAME_LINE * usual:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    for mark in tall if lines else ():
        if len(mark.text) == 1:
            min(lines, key=lambda line: abs(line[0].cy - mark.cy)).append(mark)
    return [sorted(line) for line in lines]


def runs(line: Sequence[Mark]) -> list[list[Mark]]:
    """A printed line (left to right) cut where the gap is wider than a space."""
    found: list[list[Mark]] = []
    for mark in line:
        if found and mark.x0 - found[-1][-1].x1 <= SPACE_SHARE * max(mark.height, found[-1][-1].height):
            found[-1].append(mark)
        else:
            found.append([mark])
    return found


def is_value(text: str) -> bool:
    """Whether a word reads as a figure, a dash or another mark that fills a cell on its own."""
    return any(c.isdigit() for c in text) or not any(c.isalpha() for c in text)
