"""Boxes from the coordinates that models write, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from docai.dialects.dialect import Shown
from docai.domain.geometry import Box

BESIDE = 0.02
"""How far a box may reach over the image's edge, as a share of the image, before that is told: rounding and a model's
last pixel; more means that its coordinates are not what we take them for."""

_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Scale:
    """What coordinates count: pixels of the image as the model saw it, or a fixed number of steps per side."""

    steps: int | None = None
    """Steps over the whole width, and over the whole height; None for pixels."""
    largest: int | None = None
    """The largest coordinate that is written; None for as many as there are steps."""

    def size(self, shown: Shown) -> tuple[float, float]:
        """The whole width and height in coordinates."""
        return (shown.width_px, shown.height_px) if self.steps is None else (float(self.steps), float(self.steps))

    def read(self, values: Sequence[object], shown: Shown) -> tuple[Box | None, str]:
        """A box, and what is wrong with it; empty where nothing is."""
        numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and _is_near(v)]
        if len(numbers) != 4 or len(values) != 4:
            return None, "a box is not four numbers"
        width, height = self.size(shown)
        x0, y0, x1, y1 = numbers[0] / width, numbers[1] / height, numbers[2] / width, numbers[3] / height
        box = Box.clipped(x0, y0, x1, y1)
        if box.width <= 0 or box.height <= 0:
            return None, "a box has no extent on the image"
        if min(x0, y0, x1, y1) < -BESIDE or max(x0, y0, x1, y1) > 1 + BESIDE:
            return box, "a box reaches beyond the image"
        return box, ""

    def write(self, box: Box, shown: Shown) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, rounded to whole steps."""
        width, height = self.size(shown)
        most_x, most_y = (width, height) if self.largest is None else (self.largest, self.largest)
        x0, x1 = (min(round(x * width), int(most_x)) for x in (box.x0, box.x1))
        y0, y1 = (min(round(y * height), int(most_y)) for y in (box.y0, box.y1))
        return x0, y0, x1, y1


PIXELS = Scale()
"""Qwen2-VL, Qwen2.5-VL and dots.ocr: pixels of the image after their own resize."""
PER_MILLE = Scale(1000)
"""Qwen3-VL, MinerU2.5 and Chandra: thousandths of the image."""
GRID_999 = Scale(999)
"""DeepSeek-OCR: 0 to 999 over each side (`run_dpsk_ocr.py` of its repository divides by 999)."""
GRID_500 = Scale(500, 499)
"""DocTags: `<loc_0>` to `<loc_499>`, 500 to a side (docling-core, `DocumentToken.get_location_token`)."""


def numbers_in(text: str) -> list[float]:
    """The numbers in a text, at most five: who wants four sees whether there are more."""
    return [float(found[0]) for found, _ in zip(_NUMBER.finditer(text), range(5), strict=False)]


def _is_near(value: float) -> bool:
    """Whether a number can be a coordinate at all: `1e999`, `NaN` and integers too long for a float cannot."""
    return -1e9 < value < 1e9 if isinstance(value, int) else math.isfinite(value) and abs(value) < 1e9
