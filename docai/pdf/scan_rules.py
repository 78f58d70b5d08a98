"""A picture of a page to the ruled lines that are printed in it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

LENGTH = 3.0
"""Shortest rule, in heights of a printed word: strokes of letters and dashes are shorter."""
THICKNESS = 0.35
"""Thickest rule, in heights of a printed word: bars and blocks are thicker."""
WINDOW = 2.0
"""Side, in heights of a printed word, of the window whose mean tells ink from paper under uneven light."""
CONTRAST = 12
"""How much darker than its surroundings ink is, of 255 greys; faint hairlines of grey print differ by 20 and more."""


class Stroke(NamedTuple):
    """The middle line of a ruled line, in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float


def find_strokes(grey: Grey, word_height: float) -> list[Stroke]:
    """Horizontal and vertical rules in a picture, horizontal ones first.

    Args:
        grey: shape (height, width), 0 black to 255 white.
        word_height: usual height of a printed word, in pixels.
    """
    window = 2 * max(3, round(WINDOW * word_height / 2)) + 1
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, CONTRAST)
    length = max(8, round(LENGTH * word_height))
    limit = max(3.0, THICKNESS * word_height)
    # Rotating the picture lets one search, for horizontal rules, serve both directions.
    across = _horizontal(ink, length, limit)
    down = _horizontal(np.ascontiguousarray(ink.T), length, limit)
    return across + [Stroke(s.y0, s.x0, s.y1, s.x1) for s in down]


def _horizontal(ink: Grey, length: int, limit: float) -> list[Stroke]:
    # One pixel of slack lets a line that leans by a pixel over its length survive the opening.
    slack = cv2.dilate(ink, np.ones((2, 1), np.uint8))
    opened = cv2.morphologyEx(slack, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    return [Stroke(x, y + h / 2, x + w, y + h / 2) for x, y, w, h, _ in stats[1:].tolist() if h <= limit + 1]
