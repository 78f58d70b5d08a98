"""A line's characters as words, each with its own place, parted where the reader or the paper shows a blank."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from docai.engines.ocr.models import LINE_HEIGHT_PX, Floats
from docai.engines.ocr.recognition import Reading, Strip

BLANK_LIKELIHOOD = 0.08
"""The reader's likelihood of a blank from which one is believed, where the gap in the ink is like its neighbours'.

PP-OCR drops blanks far more often than it makes them up: at its own choice (the likeliest class wins) one blank in
eight is lost on receipts; near this value as many are lost as are made up.
"""
GAP_PER_TENFOLD_PX = 8.0
"""A gap that is this much wider than its neighbours, of `LINE_HEIGHT_PX`, makes a blank ten times as likely."""
MARGIN_PX = 6
"""Rows at the strip's top and bottom that may hold ink of the lines above and below."""
FLAT_CONTRAST = 24
"""Difference of grey, of 255, below which a strip shows no ink apart from its paper."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StripWord:
    """A word on a strip, with its place in the strip's pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


def split(strip: Strip, reading: Reading) -> list[StripWord]:
    """The words of a strip, left to right."""
    if not reading.characters:
        return []
    ink = _ink(strip)
    columns = np.asarray(ink[MARGIN_PX:-MARGIN_PX].any(axis=0), dtype=np.bool_)
    gaps = [_widest_gap(columns, left, right) for left, right in pairwise(reading.centres)]
    widths = np.asarray([right - left for left, right in gaps], dtype=np.float32)
    starts = np.flatnonzero(np.r_[True, _blanks(reading.blanks[1:], widths)]).tolist()
    edges = [0.0, *((gaps[i - 1][0] + gaps[i - 1][1]) / 2 for i in starts[1:]), float(ink.shape[1])]
    return [
        _word(reading, slice(start, stop), ink, edges[i : i + 2])
        for i, (start, stop) in enumerate(pairwise([*starts, len(reading.characters)]))
    ]


def _blanks(likelihoods: Floats, gap_widths: Floats) -> Mask:
    """Whether each pair of neighbouring characters is parted: by what the reader says and what the paper shows."""
    if not len(gap_widths):
        return np.zeros(0, dtype=np.bool_)
    excess = np.clip(gap_widths - np.median(gap_widths), -LINE_HEIGHT_PX / 12, LINE_HEIGHT_PX / 2)
    evidence = np.log10(likelihoods + 1e-4) + excess / GAP_PER_TENFOLD_PX
    return np.asarray(evidence >= np.log10(BLANK_LIKELIHOOD), dtype=np.bool_)


def _ink(strip: Strip) -> Mask:
    """Where the strip shows print, dark on light or light on dark, `(LINE_HEIGHT_PX, width)`."""
    grey = cv2.cvtColor(strip.pixels, cv2.COLOR_BGR2GRAY)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = grey <= threshold
    if int(grey.max()) - int(grey.min()) < FLAT_CONTRAST:
        return np.zeros_like(dark)
    return np.asarray(dark if dark.mean() <= 0.5 else ~dark, dtype=np.bool_)


def _widest_gap(columns: Mask, left: float, right: float) -> tuple[float, float]:
    """Ends of the widest run of columns without ink between two characters' centres; empty in the middle if none."""
    inked = np.flatnonzero(columns[int(left) : int(right) + 1]) + int(left)
    fences = np.r_[int(left) - 1, inked, int(right) + 1]
    widest = int(np.argmax(np.diff(fences)))
    if fences[widest + 1] - fences[widest] <= 1:
        return (left + right) / 2, (left + right) / 2
    return float(fences[widest] + 1), float(fences[widest + 1])


def _word(reading: Reading, characters: slice, ink: Mask, edges: list[float]) -> StripWord:
    """A word whose place is that of the ink between two edges, or all between them where no ink is made out."""
    left, right = round(edges[0]), max(round(edges[1]), round(edges[0]) + 1)
    inside = ink[:, left:right]
    columns = np.flatnonzero(inside[MARGIN_PX:-MARGIN_PX].any(axis=0))
    rows = np.flatnonzero(inside.any(axis=1))
    if not len(columns):
        columns, rows = np.asarray([0, right - left - 1]), np.asarray([0, LINE_HEIGHT_PX - 1])
    return StripWord(
        text="".join(reading.characters[characters]),
        left=float(left + columns[0]),
        top=float(rows[0]),
        right=float(left + columns[-1] + 1),
        bottom=float(rows[-1] + 1),
        confidence=float(reading.confidences[characters].mean()),
    )
