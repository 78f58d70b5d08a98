"""Draw pages as poor scans: blurred, askew, noisy, coarsely compressed, pale; the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

_DPI = 200.0
"""What office scanners are set to."""
_PAPER = 255
_DICE = 4
"""So many even draws are added for one of noise. The sum is near a normal one (Irwin-Hall) and is of whole numbers, so
that every processor draws the same."""


class Harm(StrEnum):
    """What is done to a scan, and what its strength counts."""

    NONE = "none"
    BLUR = "blur"
    """Standard deviation of a Gaussian, pixels."""
    ROTATION = "rotation"
    """Degrees, clockwise."""
    NOISE = "noise"
    """Standard deviation, grey levels of 256."""
    JPEG = "jpeg"
    """Quality of the JPEG as libjpeg counts it, 1 to 100; less is worse."""
    CONTRAST = "contrast"
    """Share of the distance between ink and paper that is left, 0 to 1; less is worse."""


@dataclass(frozen=True, slots=True)
class Degradation:
    """How a scan is spoiled."""

    harm: Harm = Harm.NONE
    strength: float = 0.0
    dpi: float = _DPI
    """Of the scan."""


def degraded(pdf: pymupdf.Document, degradations: Sequence[Degradation], seed: int) -> pymupdf.Document:
    """A PDF of grey pictures of its pages, each spoiled in its own way; the drawn one is closed.

    Args:
        pdf: drawn.
        degradations: one a page.
        seed: where noise comes from.
    """
    pictures = pymupdf.open()
    for number, (drawn, degradation) in enumerate(zip(pdf, degradations, strict=True)):
        page = pictures.new_page(width=drawn.rect.width, height=drawn.rect.height)
        page.insert_image(page.rect, stream=_scan(drawn, degradation, seed + number))
    pdf.close()
    return pictures


def _scan(page: pymupdf.Page, degradation: Degradation, seed: int) -> bytes:
    sharp = page.get_pixmap(dpi=round(degradation.dpi), colorspace=pymupdf.csGRAY)
    picture = Image.frombytes("L", (sharp.width, sharp.height), sharp.samples, "raw", "L", sharp.stride)
    strength = degradation.strength
    match degradation.harm:
        case Harm.BLUR:
            picture = picture.filter(ImageFilter.GaussianBlur(strength))
        case Harm.ROTATION:
            picture = picture.rotate(-strength, Image.Resampling.BICUBIC, fillcolor=_PAPER)
        case Harm.NOISE:
            picture = _noisy(picture, strength, seed)
        case Harm.CONTRAST:
            picture = picture.point([round(_PAPER - (_PAPER - grey) * strength) for grey in range(256)])
        case Harm.JPEG:
            return _encoded(picture, "JPEG", quality=round(strength))
        case Harm.NONE:
            pass
    return _encoded(picture, "PNG")


def _noisy(picture: Image.Image, deviation: float, seed: int) -> Image.Image:
    # An even draw of -n to n has the variance n (n + 1) / 3.
    reach = round((math.sqrt(1 + 12 * deviation**2 / _DICE) - 1) / 2)
    grey = np.asarray(picture, np.int16)
    dice = np.random.default_rng(seed).integers(-reach, reach + 1, (_DICE, *grey.shape), np.int16)
    return Image.fromarray(np.clip(grey + dice.sum(axis=0), 0, _PAPER).astype(np.uint8), "L")


def _encoded(picture: Image.Image, form: str, **options: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()
