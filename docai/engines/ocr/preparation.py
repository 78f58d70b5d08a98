"""A page image's bytes as pixels that the models can read: any colour mode, no transparency, within a pixel limit."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from docai.errors import PageTooLarge, PageUnreadable

Pixels = npt.NDArray[np.uint8]

MAX_PIXELS = 80_000_000
"""Twice what a page is drawn with at most, and below the size from which Pillow warns of a decompression bomb."""


def decode(content: bytes) -> Pixels:
    """An image file's first picture as `(height, width, 3)` uint8 in the order blue, green, red.

    Transparent parts become white paper; 16-bit and floating-point greys are stretched to the range they use.

    Raises:
        PageTooLarge: the picture has more than `MAX_PIXELS`; it is not decoded.
        PageUnreadable: the bytes are no image, or a damaged one.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PageTooLarge(
                    f"The image has {image.width} x {image.height} pixels; the most is {MAX_PIXELS}.",
                    width_px=image.width,
                    height_px=image.height,
                )
            rgb = _rgb(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PageTooLarge(f"The image has more than {MAX_PIXELS} pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise PageUnreadable("The image is damaged or of a format that is not read; save it anew.") from error
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _rgb(image: Image.Image) -> Pixels:
    if image.mode.startswith(("I", "F")):
        return _stretched(np.asarray(image, dtype=np.float32))
    if image.mode in {"LA", "PA", "RGBA", "RGBa", "La"} or "transparency" in image.info:
        shown = image.convert("RGBA")
        paper = Image.new("RGBA", shown.size, "white")
        image = Image.alpha_composite(paper, shown)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _stretched(grey: npt.NDArray[np.float32]) -> Pixels:
    low, high = float(np.nanmin(grey)), float(np.nanmax(grey))
    scale = 255.0 / (high - low) if high > low else 0.0
    flat = np.nan_to_num((grey - low) * scale if scale else np.full_like(grey, 255.0)).astype(np.uint8)
    return np.repeat(flat[:, :, np.newaxis], 3, axis=2)
