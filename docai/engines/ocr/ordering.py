"""The order in which a page's lines are read: rows from the top, each from the left; the page may be askew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from docai.engines.ocr.models import Floats

SAME_ROW_SHARE = 0.5
"""Two pieces stand in one row when their middles are no further apart than this share of the lower one's height."""
SAME_LINE_GAP = 1.0
"""Neighbours in a row are one printed line when the gap is at most this, in heights: detection parts at blanks."""
LONG_LINE = 3.0
"""Width over height from which a line's slope can be trusted."""


def in_reading_order(quads: Floats) -> list[list[int]]:
    """Printed lines, each the indices of its pieces of `quads` `(N, 4, 2)` from left to right; rows from the top."""
    if not len(quads):
        return []
    level = _levelled(quads)
    left, top = level[:, :, 0].min(axis=1), level[:, :2, 1].mean(axis=1)
    right, bottom = level[:, :, 0].max(axis=1), level[:, 2:, 1].mean(axis=1)
    lines: list[list[int]] = []
    for row in _rows(np.float32(0.5) * (top + bottom), np.maximum(bottom - top, np.float32(1))):
        ordered = sorted(row, key=lambda i: float(left[i]))
        lines.append(ordered[:1])
        for previous, piece in pairwise(ordered):
            lower = min(bottom[previous] - top[previous], bottom[piece] - top[piece])
            if left[piece] - right[previous] <= SAME_LINE_GAP * lower:
                lines[-1].append(piece)
            else:
                lines.append([piece])
    return lines


def _levelled(quads: Floats) -> Floats:
    """The quadrilaterals turned about the origin so that their lines are level."""
    sides = quads[:, 1] - quads[:, 0]
    widths, heights = np.hypot(*sides.T), np.hypot(*(quads[:, 3] - quads[:, 0]).T)
    is_long = widths > LONG_LINE * heights
    if not is_long.any():
        return quads
    angle = float(np.median(np.arctan2(sides[is_long, 1], sides[is_long, 0])))
    turn = np.asarray([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], dtype=np.float32)
    return np.asarray(quads @ turn, dtype=np.float32)


def _rows(middles: Floats, heights: Floats) -> list[list[int]]:
    """Indices of pieces that stand side by side, rows from the top."""
    rows: list[list[int]] = []
    for i in np.argsort(middles, kind="stable").tolist():
        if rows:
            row = rows[-1]
            apart = abs(float(middles[i] - np.mean(middles[row])))
            if apart <= SAME_ROW_SHARE * min(float(heights[i]), float(np.median(heights[row]))):
                row.append(i)
                continue
        rows.append([i])
    return rows
