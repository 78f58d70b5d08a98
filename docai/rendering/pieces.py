"""Cut parts out of a page image, turned or not, pixel for pixel; for models, which then see what was planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from docai.domain.geometry import Box

_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""By clockwise degrees; Pillow counts them the other way."""
_COMPRESSION = 1
"""zlib level: what is sent to a model and then forgotten need not be small."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page image that was turned."""

    region: Box | None
    """Which part, in fractions of the turned page; None for all of it."""
    width_px: int
    height_px: int
    """Its pixels."""
    rotation: int = 0
    """Clockwise degrees (0, 90, 180, 270) by which the page is turned before it is cut."""


def cut_pieces(image: bytes, pieces: Sequence[Piece]) -> list[bytes]:
    """Each piece as PNG; the image's own bytes where a piece is all of it as it is.

    A piece has exactly the pixels asked for, unless the image ends before.
    """
    if all(piece.region is None and not piece.rotation for piece in pieces):
        return [image] * len(pieces)
    with Image.open(BytesIO(image)) as opened:
        turned = {0: opened.convert("RGB")}
    for rotation in {piece.rotation for piece in pieces} - {0}:
        turned[rotation] = turned[0].transpose(_TURNS[rotation])
    return [
        image if piece.region is None and not piece.rotation else _png(turned[piece.rotation], piece)
        for piece in pieces
    ]


def _png(page: Image.Image, piece: Piece) -> bytes:
    part = page
    if piece.region is not None:
        left = min(round(piece.region.x0 * page.width), page.width - 1)
        top = min(round(piece.region.y0 * page.height), page.height - 1)
        part = page.crop((left, top, min(left + piece.width_px, page.width), min(top + piece.height_px, page.height)))
    out = BytesIO()
    part.save(out, "PNG", compress_level=_COMPRESSION)
    return out.getvalue()
