"""At which resolution a page must be drawn so that its smallest print can be read."""

from __future__ import annotations

import math

from docai.domain.geometry import POINTS_PER_INCH, PageSize
from docai.domain.images import RasterPlan, ResolutionReason

X_HEIGHT_EM = 0.5
"""x-height over font size. Text faces lie between 0.45 (Times New Roman: 916 of 2,048 units) and 0.52 (Arial: 1,062 of
2,048); CSS takes 0.5 em where a font does not say (CSS Values and Units 4, the `ex` unit)."""
_ROUNDING = 1e-9


def plan_raster(
    size: PageSize,
    *,
    smallest_print_pt: float | None,
    native_dpi: float | None,
    floor_dpi: float,
    ceiling_dpi: float,
    min_x_height_px: float,
    max_pixels: int,
) -> RasterPlan:
    """The lowest resolution at which the smallest print is legible, within the limits.

    A scan is drawn at its own resolution, even below the floor: more pixels would be invented.

    Args:
        size: the page as shown.
        smallest_print_pt: font size of the smallest print, points; None where unknown.
        native_dpi: resolution of the scan that fills the page; None where none does.
        floor_dpi: resolution of pages whose print is large or unknown.
        ceiling_dpi: highest resolution of any page.
        min_x_height_px: pixels that the x-height of the smallest print needs.
        max_pixels: most pixels of the drawing.

    Returns:
        The plan; `is_legible` is False when a limit keeps the smallest print below `min_x_height_px`.
    """
    dpi, reason = _wanted(smallest_print_pt, native_dpi, floor_dpi, ceiling_dpi, min_x_height_px)
    limited = largest_dpi(size, max_pixels)
    if dpi > limited:
        dpi, reason = limited, ResolutionReason.PIXEL_LIMIT
    width, height = size.pixels(dpi)
    x_height = smallest_print_pt * X_HEIGHT_EM * dpi / POINTS_PER_INCH if smallest_print_pt else None
    return RasterPlan(
        dpi=dpi,
        width_px=width,
        height_px=height,
        reason=reason,
        smallest_print_pt=smallest_print_pt,
        x_height_px=x_height,
        is_legible=x_height is None or x_height >= min_x_height_px - _ROUNDING,
    )


def legible_dpi(print_pt: float, min_x_height_px: float) -> float:
    """The resolution at which print of a font size has an x-height of so many pixels."""
    return min_x_height_px * POINTS_PER_INCH / (print_pt * X_HEIGHT_EM)


def largest_dpi(size: PageSize, max_pixels: int) -> float:
    """The highest resolution, a whole number where it is above 1, at which a page has at most `max_pixels` pixels."""
    dpi = math.sqrt(max_pixels / (size.width_pt * size.height_pt)) * POINTS_PER_INCH
    if dpi >= 2:
        dpi = math.floor(dpi)
    while _n_pixels(size, dpi) > max_pixels and _n_pixels(size, dpi) > 1:
        dpi = dpi - 1 if dpi >= 2 else dpi * 0.99
    return dpi


def _wanted(
    smallest_print_pt: float | None,
    native_dpi: float | None,
    floor_dpi: float,
    ceiling_dpi: float,
    min_x_height_px: float,
) -> tuple[float, ResolutionReason]:
    if native_dpi is not None:
        if native_dpi > ceiling_dpi:
            return ceiling_dpi, ResolutionReason.CEILING
        return native_dpi, ResolutionReason.NATIVE_SCAN
    if not smallest_print_pt:
        return floor_dpi, ResolutionReason.FLOOR
    needed = math.ceil(legible_dpi(smallest_print_pt, min_x_height_px) - _ROUNDING)
    if needed <= floor_dpi:
        return floor_dpi, ResolutionReason.FLOOR
    if needed > ceiling_dpi:
        return ceiling_dpi, ResolutionReason.CEILING
    return needed, ResolutionReason.SMALLEST_PRINT


def _n_pixels(size: PageSize, dpi: float) -> int:
    width, height = size.pixels(dpi)
    return width * height
