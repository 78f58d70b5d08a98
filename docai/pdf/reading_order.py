"""The order in which a page's rectangles are read: down a column, then the next column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Rects = npt.NDArray[np.float64]
"""(N, 4): x0, y0, x1, y1 in points, origin top left."""

_SHARED_WIDTH = 0.1
"""Rectangles share a column when they overlap by more than this share of the narrower; less is a ragged edge."""


def reading_order(rects: Rects, *, leftwards: bool = False) -> list[int]:
    """Indices of `rects` (N, 4) in reading order; with `leftwards`, columns are read from right to left.

    Two rules say which of a pair comes first: of two that share a column the upper one; of two side by side the left
    one, unless a third that reaches into both columns stands between them in height. Sorting by these rules keeps
    columns whole and lets a full-width title, table or figure part them. Where the rules contradict each other
    (overlapping rectangles), the topmost candidate goes first.
    """
    if leftwards:
        rects = rects[:, [2, 1, 0, 3]] * [-1, 1, -1, 1]
    before = _precedence(rects)
    left = list(range(len(rects)))
    order: list[int] = []
    while left:
        waiting = before[np.ix_(left, left)].sum(axis=0)
        free = [i for i, n in zip(left, waiting, strict=True) if n == waiting.min()]
        chosen = min(free, key=lambda i: (rects[i, 1], rects[i, 0]))
        order.append(chosen)
        left.remove(chosen)
    return order


def _precedence(rects: Rects) -> npt.NDArray[np.bool_]:
    """(N, N): whether the row's rectangle is read before the column's."""
    x0, y0, x1, y1 = rects.T
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    same_column = shared > _SHARED_WIDTH * np.minimum((x1 - x0)[:, None], x1 - x0)
    middle = (y0 + y1) / 2
    above = middle[:, None] < middle
    left_of = ((x0 + x1) / 2)[:, None] < (x0 + x1) / 2
    beside = ~same_column & left_of & ~_parted(same_column, middle)
    before: npt.NDArray[np.bool_] = (same_column & above) | beside
    np.fill_diagonal(before, val=False)
    return before


def _parted(same_column: npt.NDArray[np.bool_], middle: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """(N, N): whether a third rectangle reaches into both columns at a height between the two."""
    parted = np.zeros_like(same_column)
    for k in range(len(middle)):
        reached = same_column[k]
        higher, lower = reached & (middle < middle[k]), reached & (middle > middle[k])
        parted |= higher[:, None] & lower | lower[:, None] & higher
    return parted
