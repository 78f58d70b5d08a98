"""Which way up a page stands: told from the shape of its lines, and by reading some of them both ways."""

from __future__ import annotations

import numpy as np

from docai.engines.ocr.models import Floats, Models
from docai.engines.ocr.preparation import Pixels
from docai.engines.ocr.recognition import cut_out, read

TALL = 1.5
"""Height over width from which a piece of print may stand on its side (RapidOCR's `get_rotate_crop_image`)."""
SAMPLE = 8
"""How many of the longest lines are looked at."""
UPSIDE_DOWN = 0.5
"""Mean likelihood from which the classifier's suspicion is checked by reading."""


def upright_turn(models: Models, image: Pixels, quads: Floats) -> int:
    """Quarter turns clockwise, 0 to 3, that set the page's print upright."""
    if not len(quads):
        return 0
    widths, heights = sides(quads)
    longest = np.maximum(widths, heights)
    is_tall = heights >= TALL * widths
    on_side = bool(longest[is_tall].sum() > longest[~is_tall].sum())
    chosen = np.flatnonzero(is_tall == on_side)
    sample = quads[chosen[np.argsort(-longest[chosen])[:SAMPLE]]]
    first = 1 if on_side else 0
    strips = [cut_out(image, quad, first) for quad in sample]
    suspicion = float(models.are_upside_down([strip.pixels for strip in strips]).mean())
    if not on_side and suspicion < UPSIDE_DOWN:
        return 0
    turned = [cut_out(image, quad, first + 2) for quad in sample]
    readings = read(models, [*strips, *turned])
    scores = [reading.confidence * len(reading.characters) for reading in readings]
    return first if sum(scores[: len(strips)]) >= sum(scores[len(strips) :]) else first + 2


def sides(quads: Floats) -> tuple[Floats, Floats]:
    """Widths and heights `(N,)` of quadrilaterals `(N, 4, 2)`, along their own edges."""
    return np.hypot(*(quads[:, 1] - quads[:, 0]).T), np.hypot(*(quads[:, 3] - quads[:, 0]).T)
