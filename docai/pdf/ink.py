"""What a page shows, seen in a small drawing: marks like letters, and which of them the text layer accounts for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf

from docai.domain.geometry import POINTS_PER_INCH, PageSize
from docai.domain.words import Word

_DPI = 100.0
_MAX_PIXELS = 2_000_000
"""The probe of a page larger than A3 is coarser."""
_NEIGHBOURHOOD_PX = 25
"""Ink is darker or lighter than the mean of this square: a few letters wide, so that shaded paper is no ink."""
_CONTRAST = 30
"""Grey levels."""
_LETTER_HEIGHT_PT = (3.0, 30.0)
_LETTER_WIDTH_PT = (0.7, 60.0)
"""Letters of 5 to 40 points, single or touching one another."""
_WORD_MARGIN = 0.25
"""Of a word's height: old OCR layers are a little off."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a page's marks and the words of its text layer go together."""

    n_letters_in_words: int
    n_letters_elsewhere: int
    n_words_on_ink: int
    n_words: int


def look(drawing: pymupdf.DisplayList, size: PageSize, words: Sequence[Word]) -> Sighting:
    """Draw the page small and grey, and compare what is seen with where the words are said to stand."""
    dpi = min(_DPI, POINTS_PER_INCH * math.sqrt(_MAX_PIXELS / (size.width_pt * size.height_pt)))
    zoom = dpi / POINTS_PER_INCH
    drawn = drawing.get_pixmap(pymupdf.Matrix(zoom, zoom), pymupdf.csGRAY, 0)
    pixels = np.frombuffer(drawn.samples_mv, dtype=np.uint8).reshape(drawn.height, drawn.width)
    mean = cv2.blur(pixels, (_NEIGHBOURHOOD_PX, _NEIGHBOURHOOD_PX))
    ink = cv2.absdiff(pixels, mean) > _CONTRAST
    in_words, n_on_ink = _compare(words, ink)
    inside, outside = _count_letters(ink, in_words, zoom)
    return Sighting(inside, outside, n_on_ink, len(words))


def _compare(words: Sequence[Word], ink: Mask) -> tuple[Mask, int]:
    """Where words are said to stand, and how many of them have ink there."""
    height, width = ink.shape
    taken = np.zeros_like(ink)
    n_on_ink = 0
    for word in words:
        left, top, right, bottom = word.box.to_pixels(width, height)
        n_on_ink += bool(ink[top:bottom, left:right].any())
        margin = max(1, round((bottom - top) * _WORD_MARGIN))
        taken[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = True
    return taken, n_on_ink


def _count_letters(ink: Mask, in_words: Mask, zoom: float) -> tuple[int, int]:
    """Marks of a letter's size, inside the words' boxes and elsewhere."""
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH] / zoom, stats[1:, cv2.CC_STAT_HEIGHT] / zoom
    is_letter = _between(heights, _LETTER_HEIGHT_PT) & _between(widths, _LETTER_WIDTH_PT)
    columns, rows = centres[1:][is_letter].astype(int).T
    n_inside = int(in_words[rows, columns].sum())
    return n_inside, int(is_letter.sum()) - n_inside


def _between(values: npt.NDArray[np.float64], limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])
