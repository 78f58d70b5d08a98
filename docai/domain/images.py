"""PageImage and RasterPlan: pixels, DPI, and why this resolution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.ids import Sha256


class ResolutionReason(StrEnum):
    """What decided the resolution."""

    SMALLEST_PRINT = "smallest_print"
    """Raised until the smallest print is legible."""
    NATIVE_SCAN = "native_scan"
    """The scan's own resolution: nothing is gained above it."""
    FLOOR = "floor"
    """Nothing smaller than the floor serves: the print is large, or there is none."""
    CEILING = "ceiling"
    """The highest resolution allowed."""
    PIXEL_LIMIT = "pixel_limit"
    """Lowered because the page would have more pixels than allowed."""


class RasterPlan(BaseModel):
    """At which resolution a page is drawn, and why."""

    model_config = ConfigDict(frozen=True)

    dpi: float
    width_px: int
    height_px: int
    reason: ResolutionReason
    smallest_print_pt: float | None
    """Font size of the smallest print on the page; None where there is no print or it is unknown."""
    x_height_px: float | None
    """Pixels in the x-height of the smallest print at this resolution."""
    is_legible: bool
    """Whether the smallest print has the x-height asked for."""


class PageImage(BaseModel):
    """A drawn page, stored under its content hash."""

    model_config = ConfigDict(frozen=True)

    sha256: Sha256
    media_type: str
    n_bytes: int
    plan: RasterPlan
    renderer: str
    """Name and version of what drew it."""
    native_dpi: float | None = None
    """Resolution of the scan that fills the page; None where none does."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A drawn page on its way to the store."""

    content: bytes
    """A lossless image file (PNG)."""
    width_px: int
    height_px: int
    dpi: float
    ink_share: float
    """Share of pixels that differ from the background: 0 for a blank page."""
