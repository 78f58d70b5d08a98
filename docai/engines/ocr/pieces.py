"""Pieces of print on an upright page, each read the way it stands: level, or on its side."""

from __future__ import annotations

from dataclasses import dataclass

from docai.engines.ocr.models import Floats, Models
from docai.engines.ocr.orientation import TALL, sides
from docai.engines.ocr.preparation import Pixels
from docai.engines.ocr.recognition import Reading, Strip, cut_out, read

VERY_TALL = 2.5
"""Height over width from which a piece cannot be a single upright letter."""
TRUSTED = 0.7
"""Confidence from which a tall piece read upright, such as a lone 1 or I, is not taken for print on its side."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of print, cut out and read."""

    quad: Floats
    """Corners `(4, 2)` in the page image's pixels, clockwise from the top left."""
    strip: Strip
    reading: Reading


def read_pieces(models: Models, image: Pixels, quads: Floats) -> list[Piece]:
    """The pieces inside `quads` `(N, 4, 2)`, in their order; tall ones are read in every way that they may stand."""
    widths, heights = sides(quads)
    turns = [_ways_to_stand(float(height / max(width, 1.0))) for width, height in zip(widths, heights, strict=True)]
    ways = [(i, n_turns) for i, of_piece in enumerate(turns) for n_turns in of_piece]
    strips = [cut_out(image, quads[i], n_turns) for i, n_turns in ways]
    candidates: list[list[Piece]] = [[] for _ in quads]
    for (i, _), strip, reading in zip(ways, strips, read(models, strips), strict=True):
        candidates[i].append(Piece(quads[i], strip, reading))
    return [_best(of_piece, stands_level=turns[i][0] == 0) for i, of_piece in enumerate(candidates)]


def _best(candidates: list[Piece], *, stands_level: bool) -> Piece:
    if stands_level and candidates[0].reading.confidence >= TRUSTED:
        return candidates[0]
    return max(candidates, key=lambda piece: piece.reading.confidence)


def _ways_to_stand(height_over_width: float) -> tuple[int, ...]:
    """Quarter turns clockwise worth trying, the likeliest first."""
    if height_over_width < TALL:
        return (0,)
    return (1, 3) if height_over_width >= VERY_TALL else (0, 1, 3)
