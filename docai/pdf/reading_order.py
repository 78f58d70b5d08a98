"""The order in which a page's rectangles are read: down a column, then the next column."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Rects = npt.NDArray[np.float64]
"""(N, 4): x0, y0, x1, y1 in points, origin top left."""

_SHARED_WIDTH = 0.1
"""Rectangles share a column when they overlap by more than this share of the narrower; less is a ragged edge."""


def reading_order(rects: Rects, *, band_pt: float = math.inf, leftwards: bool = False) -> list[int]:
    """Indices of `rects` (N, 4) in reading order.

    White across all of the page, more than `band_pt` high, parts what is above it from what is below, unless columns
    run on beyond it.

    Three rules say which of a pair comes first. Of two that share a column, the upper one. Of two in columns that run
    side by side, the left one, unless a third that reaches into both columns stands between them in height. Else the
    upper one. Sorting by these rules keeps columns whole and lets a full-width title, table or figure part them. Where
    the rules contradict each other (overlapping rectangles), the topmost candidate goes first.

    Args:
        rects: (N, 4), in points.
        band_pt: height of white that parts the page.
        leftwards: columns are read from right to left.
    """
    if leftwards:
        rects = rects[:, [2, 1, 0, 3]] * [-1, 1, -1, 1]
    return [int(part[i]) for part in _bands(rects, band_pt) for i in _sorted(rects[part])]


def _bands(rects: Rects, band_pt: float) -> list[npt.NDArray[np.intp]]:
    """Indices of the rectangles between bands of white, from top to bottom."""
    by_top = np.argsort(rects[:, 1], kind="stable")
    white = rects[by_top[1:], 1] - np.maximum.accumulate(rects[by_top, 3])[:-1]
    parts: list[npt.NDArray[np.intp]] = []
    for part in np.split(by_top, np.flatnonzero(white > band_pt) + 1):
        both = np.concatenate([parts[-1], part]) if parts else part
        if parts and _has_gutter(rects[both]):
            parts[-1] = both
        else:
            parts.append(part)
    return parts


def _has_gutter(rects: Rects) -> bool:
    """Whether white runs down between the rectangles, so that none crosses it."""
    by_left = rects[np.argsort(rects[:, 0])]
    return bool(np.any(by_left[1:, 0] > np.maximum.accumulate(by_left[:, 2])[:-1]))


def _sorted(rects: Rects) -> list[int]:
    """Indices of `rects` (N, 4), sorted by the rules."""
    before = _precedence(rects)
    waits_for = before.sum(axis=0)
    left = set(range(len(rects)))
    order: list[int] = []
    while left:
        chosen = min(left, key=lambda i: (waits_for[i], rects[i, 1], rects[i, 0]))
        order.append(chosen)
        left.remove(chosen)
        waits_for -= before[chosen]
    return order


def _precedence(rects: Rects) -> npt.NDArray[np.bool_]:
    """(N, N): whether the row's rectangle is read before the column's."""
    x0, y0, x1, y1 = rects.T
    shared = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    same_column = shared > _SHARED_WIDTH * np.minimum((x1 - x0)[:, None], x1 - x0)
    same_height = np.minimum(y1[:, None], y1) > np.maximum(y0[:, None], y0)
    middle = (y0 + y1) / 2
    above = middle[:, None] < middle
    left_of = ((x0 + x1) / 2)[:, None] < (x0 + x1) / 2
    in_columns = ~same_column & _side_by_side(same_column, same_height) & ~_parted(same_column, middle)
    before: npt.NDArray[np.bool_] = np.where(in_columns, left_of, above)
    np.fill_diagonal(before, val=False)
    return before


def _side_by_side(same_column: npt.NDArray[np.bool_], same_height: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(N, N): whether the one's column reaches to the height of the other."""
    reaches = _via_third(same_column, same_height)
    return reaches | reaches.T


def _parted(same_column: npt.NDArray[np.bool_], middle: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """(N, N): whether a third rectangle reaches into both columns at a height between the two."""
    right_above = same_column & (middle[:, None] < middle)
    parted = _via_third(right_above, right_above)
    return parted | parted.T


def _via_third(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(N, N): whether there is a k so that `first` holds from i to k and `second` from k to j."""
    return np.asarray(first.astype(np.float32) @ second.astype(np.float32) > 0)
