"""A page's words as arrays: where they stand, which of them were read, and how far apart its lines are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from docai.domain.words import Word

_FURTHEST = 2.5
"""In line heights: lines further apart are of two texts."""


class PrintedPage:
    """A page's words, some of which no value covers.

    Args:
        words: the page's, line by line.
        omitted: ids of the words that no value covers.
    """

    def __init__(self, words: Sequence[Word], omitted: Sequence[int]) -> None:
        self.words = words
        edges = [(box.x0, box.y0, box.x1, box.y1) for box in (word.box for word in words)]
        self.edges = np.array(edges, dtype=np.float64).reshape(-1, 4)
        """(words, 4): left, top, right, bottom, as shares of the page."""
        self.is_read = np.ones(len(words), dtype=np.bool_)
        """(words,): whether some value covers the word."""
        self.is_read[list(omitted)] = False

    @cached_property
    def middles(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """(words, 2): x and y."""
        return (self.edges[:, :2] + self.edges[:, 2:]) / 2

    def around(self, ids: Sequence[int]) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of some words together."""
        edges = self.edges[list(ids)]
        (left, top), (right, bottom) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @cached_property
    def usual_gap(self) -> float:
        """The usual gap between a line and the next of the same text, in line heights: some 0.2, 1.2 if set double."""
        firsts = [next(line).box for _, line in groupby(self.words, key=lambda word: word.line)]
        gaps = [
            (lower.y0 - upper.y1) / upper.height
            for upper, lower in pairwise(firsts)
            if lower.y0 > upper.y0 and upper.height > 0 and lower.y0 - upper.y1 < _FURTHEST * upper.height
        ]
        return max(0.0, median(gaps)) if gaps else 0.0
