"""Page images for tests that run models."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw


def png(image: Image.Image) -> bytes:
    """An image as a file."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def page(width: int = 248, height: int = 351, seed: int = 0) -> bytes:
    """A page of dark strokes in random places."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        draw.rectangle((x, y, x + int(rng.integers(2, 40)), y + 4), fill=tuple(rng.integers(0, 200, 3).tolist()))
    return png(image)


def marked(width: int, height: int, box: tuple[float, float, float, float] | None) -> bytes:
    """A white page; with a dark mark in a box of page fractions."""
    image = Image.new("RGB", (width, height), "white")
    if box is not None:
        x0, y0, x1, y1 = box
        draw = ImageDraw.Draw(image)
        draw.rectangle((x0 * width, y0 * height, x1 * width - 1, y1 * height - 1), fill="black")
    return png(image)
