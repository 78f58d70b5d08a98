"""What the lines of print say: cut out, straightened, read character by character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from docai.engines.ocr.models import LINE_HEIGHT_PX, MIN_WIDTH_PX, Floats, Models
from docai.engines.ocr.preparation import Pixels

MAX_BATCH_WIDTH_PX = 4800
"""Lines are read together up to this much width in all; the result needs 75 kB of memory per 8 pixels."""
PAPER_GREY = 127
"""What fills the rest of a batch behind its shorter lines: 0 after normalisation, as the model was trained."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line of print cut out of its page and made level, `LINE_HEIGHT_PX` high."""

    pixels: Pixels
    to_page: Floats
    """Homography `(3, 3)` from the strip's pixels to the page image's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The characters of a strip, without the blanks between words."""

    characters: tuple[str, ...]
    centres: Floats
    """Where each character stands, in pixels from the strip's left."""
    confidences: Floats
    """0 to 1, per character."""
    blanks: Floats
    """Likelihood that a blank precedes each character; 0 for the first."""

    @property
    def confidence(self) -> float:
        """Mean over the characters; 0 when there is none."""
        return float(self.confidences.mean()) if len(self.confidences) else 0.0


def cut_out(image: Pixels, quad: Floats, n_turns: int = 0) -> Strip:
    """The part of a page image inside `quad` (clockwise from the top left), after `n_turns` quarter turns clockwise."""
    corners = np.roll(quad, n_turns, axis=0).astype(np.float32)
    top, right, bottom, left = (float(np.hypot(*side)) for side in np.roll(corners, -1, axis=0) - corners)
    width, height = max(top, bottom, 1.0), max(left, right, 1.0)
    columns = max(LINE_HEIGHT_PX // 4, round(width / height * LINE_HEIGHT_PX))
    target = np.asarray([[0, 0], [columns, 0], [columns, LINE_HEIGHT_PX], [0, LINE_HEIGHT_PX]], dtype=np.float32)
    to_page = cv2.getPerspectiveTransform(target, corners)
    # A line much higher than the strip is first cut out at its own size: sampling it directly would skip pixels.
    n_shrinks = max(1, round(height / LINE_HEIGHT_PX))
    size = (columns * n_shrinks, LINE_HEIGHT_PX * n_shrinks)
    pixels = cv2.warpPerspective(
        image,
        to_page @ np.diag([1 / n_shrinks, 1 / n_shrinks, 1.0]),
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if n_shrinks > 1:
        pixels = cv2.resize(pixels, (columns, LINE_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return Strip(np.asarray(pixels, dtype=np.uint8), to_page.astype(np.float32))


def read(models: Models, strips: Sequence[Strip]) -> list[Reading]:
    """What each strip says, in the order given."""
    readings: dict[int, Reading] = {}
    by_width = sorted(range(len(strips)), key=lambda i: strips[i].pixels.shape[1])
    while by_width:
        width = max(MIN_WIDTH_PX, strips[by_width[-1]].pixels.shape[1])
        n_lines = max(1, MAX_BATCH_WIDTH_PX // width)
        batch, by_width = by_width[-n_lines:], by_width[:-n_lines]
        probabilities = models.read_lines([_padded(strips[i].pixels, width) for i in batch])
        for i, steps in zip(batch, probabilities, strict=True):
            readings[i] = decode(steps, models.characters, width)
    return [readings[i] for i in range(len(strips))]


def _padded(pixels: Pixels, width: int) -> Pixels:
    padded = np.full((LINE_HEIGHT_PX, width, 3), PAPER_GREY, dtype=np.uint8)
    padded[:, : pixels.shape[1]] = pixels
    return padded


def decode(steps: Floats, characters: Sequence[str], width: int) -> Reading:
    """CTC's best path through `steps` `(T, characters)` that cover `width` pixels.

    The first class is CTC's blank, the last one the printed blank between words.
    """
    best = steps.argmax(axis=1)
    space = steps.shape[1] - 1
    starts = np.flatnonzero((best != np.r_[-1, best[:-1]]) & (best != 0) & (best != space))
    texts, centres, confidences, blanks = [], [], [], []
    previous = -1
    for start in starts.tolist():
        text = characters[best[start]].strip()
        if not text:
            continue
        stop = start + int(np.argmax(np.r_[best[start:], -1] != best[start]))
        texts.append(text)
        centres.append((start + stop) / 2 / len(steps) * width)
        confidences.append(float(steps[start:stop, best[start]].max()))
        blanks.append(float(steps[previous:start, space].max(initial=0.0)) if previous >= 0 else 0.0)
        previous = stop
    as_floats = [np.asarray(values, dtype=np.float32) for values in (centres, confidences, blanks)]
    return Reading(tuple(texts), *as_floats)
