"""A line's characters as words, each with its own place, parted where the reader or the paper shows a blank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from docai.engines.ocr.models import LINE_HEIGHT_PX, Floats
from docai.engines.ocr.recognition import Reading, Strip

CERTAIN_BLANK = 0.3
"""Likelihood from which the reader's blank is believed; it drops blanks far more often than it makes them up."""


@dataclass(frozen=True, slots=True)
class StripWord:
    """A word on a strip."""

    text: str
    left: float
    """Pixels from the strip's left, as is `right`."""
    right: float
    confidence: float


def split(strip: Strip, reading: Reading) -> list[StripWord]:
    """The words of a strip, left to right."""
    if not reading.characters:
        return []
    starts = [0, *(i for i in range(1, len(reading.characters)) if reading.blanks[i] >= CERTAIN_BLANK)]
    stops = [*starts[1:], len(reading.characters)]
    half = _half_pitch(reading.centres)
    words = []
    for start, stop in zip(starts, stops, strict=True):
        words.append(
            StripWord(
                text="".join(reading.characters[start:stop]),
                left=max(0.0, float(reading.centres[start]) - half),
                right=min(float(strip.pixels.shape[1]), float(reading.centres[stop - 1]) + half),
                confidence=float(reading.confidences[start:stop].mean()),
            )
        )
    return words


def _half_pitch(centres: Floats) -> float:
    """Half of the usual distance between neighbouring characters, pixels."""
    return float(np.median(np.diff(centres))) / 2 if len(centres) > 1 else LINE_HEIGHT_PX / 4
