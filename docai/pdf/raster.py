"""Draws one page as a lossless PNG, spending less on the file than on the drawing."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pymupdf
from isal import isal_zlib

from docai.domain.geometry import PageSize
from docai.domain.images import RenderedPage
from docai.errors import PageTooLarge

Pixels = npt.NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB = 0, 2
"""Colour types of PNG (third edition), 11.2.1."""
_INCHES_PER_METRE = 1 / 0.0254
_INK_DIFFERENCE = 24
"""Grey levels of 255 by which a pixel must differ from the background to count as ink: above the noise of JPEG."""


def draw(page: pymupdf.Page, dpi: float, *, max_pixels: int) -> RenderedPage:
    """Draw a page that was freed of its rotation.

    Raises:
        PageTooLarge: the page has more than `max_pixels` pixels at `dpi`.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    width, height = size.pixels(dpi)
    if width * height > max_pixels:
        raise PageTooLarge(f"the page has {width} x {height} pixels at {dpi:g} DPI", width_px=width, height_px=height)
    zoom = pymupdf.Matrix(width / size.width_pt, height / size.height_pt)
    drawn = page.get_pixmap(matrix=zoom, colorspace=pymupdf.csRGB, alpha=False)
    pixels = np.frombuffer(drawn.samples_mv, dtype=np.uint8).reshape(drawn.height, drawn.width, 3)
    pixels = _without_needless_colour(pixels)
    return RenderedPage(
        content=encode_png(pixels, dpi),
        width_px=drawn.width,
        height_px=drawn.height,
        dpi=dpi,
        ink_share=ink_share(pixels),
    )


def encode_png(pixels: Pixels, dpi: float) -> bytes:
    """Frame pixels of shape (H, W) or (H, W, 3) as PNG, compressed as fast as the processor allows."""
    height, width = pixels.shape[:2]
    rows = np.empty((height, 1 + pixels[0].size), dtype=np.uint8)
    rows[:, 0] = 0  # filter "none": on printed pages the others cost more than they save
    rows[:, 1:] = pixels.reshape(height, -1)
    colour = _GRAY if pixels.ndim == 2 else _RGB
    per_metre = round(dpi * _INCHES_PER_METRE)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, colour, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack("!IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", isal_zlib.compress(rows, 1)),
            _chunk(b"IEND", b""),
        )
    )


def ink_share(pixels: Pixels) -> float:
    """Share of pixels that differ from the background, the commonest shade; a quarter of them is looked at."""
    sample = pixels[::2, ::2] if pixels.ndim == 2 else pixels[::2, ::2, 1]
    background = int(np.bincount(sample.ravel()[::7], minlength=256).argmax())
    low, high = max(0, background - _INK_DIFFERENCE), min(255, background + _INK_DIFFERENCE)
    return float(np.count_nonzero((sample < low) | (sample > high)) / sample.size)


def _without_needless_colour(pixels: Pixels) -> Pixels:
    """One channel where all three are equal everywhere: a third of the bytes to compress."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    thinned = pixels[::16, ::16]
    if (thinned[..., 0] != thinned[..., 1]).any() or (thinned[..., 1] != thinned[..., 2]).any():
        return pixels
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return np.ascontiguousarray(green)
    return pixels


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", checksum)
