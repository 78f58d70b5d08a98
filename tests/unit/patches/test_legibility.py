import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.domain.geometry import PageSize
from docai.domain.images import RasterPlan, ResolutionReason
from docai.patches.legibility import X_HEIGHT_EM, plan_raster

A4 = PageSize(width_pt=595.0, height_pt=842.0)
sizes = st.builds(
    PageSize,
    width_pt=st.floats(min_value=1, max_value=200_000),
    height_pt=st.floats(min_value=1, max_value=200_000),
)
prints = st.none() | st.floats(min_value=0.1, max_value=500)
natives = st.none() | st.floats(min_value=1, max_value=5000)


def plan(
    size: PageSize = A4,
    smallest_print_pt: float | None = None,
    native_dpi: float | None = None,
    max_pixels: int = 40_000_000,
) -> RasterPlan:
    return plan_raster(
        size,
        smallest_print_pt=smallest_print_pt,
        native_dpi=native_dpi,
        floor_dpi=150,
        ceiling_dpi=400,
        min_x_height_px=10,
        max_pixels=max_pixels,
    )


def test_five_point_print_gets_ten_pixels_of_x_height_at_288_dpi() -> None:
    made = plan(smallest_print_pt=5)
    assert made.dpi == 288
    assert made.x_height_px == pytest.approx(10)
    assert made.reason is ResolutionReason.SMALLEST_PRINT
    assert made.is_legible


def test_large_print_is_drawn_at_the_floor() -> None:
    made = plan(smallest_print_pt=24)
    assert (made.dpi, made.reason) == (150, ResolutionReason.FLOOR)


def test_print_too_small_for_the_ceiling_is_called_illegible() -> None:
    made = plan(smallest_print_pt=2)
    assert (made.dpi, made.reason, made.is_legible) == (400, ResolutionReason.CEILING, False)


def test_a_coarse_scan_is_not_drawn_above_its_own_resolution() -> None:
    made = plan(native_dpi=100)
    assert (made.dpi, made.reason) == (100, ResolutionReason.NATIVE_SCAN)


def test_a_scan_finer_than_the_ceiling_is_drawn_at_the_ceiling() -> None:
    made = plan(native_dpi=1200)
    assert (made.dpi, made.reason) == (400, ResolutionReason.CEILING)


def test_the_largest_page_of_a_pdf_stays_within_the_pixel_limit_and_loses_its_small_print() -> None:
    made = plan(PageSize(width_pt=14_400, height_pt=14_400), smallest_print_pt=8)
    assert made.reason is ResolutionReason.PIXEL_LIMIT
    assert made.width_px * made.height_px <= 40_000_000
    assert not made.is_legible


@given(size=sizes, smallest=prints, native=natives, max_pixels=st.integers(min_value=1_000, max_value=40_000_000))
def test_no_page_has_more_pixels_than_allowed(
    size: PageSize, smallest: float | None, native: float | None, max_pixels: int
) -> None:
    made = plan(size, smallest, native, max_pixels)
    thinnest = max(size.width_pt, size.height_pt) / min(size.width_pt, size.height_pt)
    assert made.width_px * made.height_px <= max(max_pixels, thinnest + 1)
    assert made.dpi > 0
    assert (made.width_px, made.height_px) == size.pixels(made.dpi)


@given(size=sizes, smallest=prints, native=natives)
def test_a_plan_is_legible_exactly_when_its_x_height_is(
    size: PageSize, smallest: float | None, native: float | None
) -> None:
    made = plan(size, smallest, native)
    if smallest is None:
        assert made.is_legible
        assert made.x_height_px is None
    else:
        assert made.x_height_px == pytest.approx(smallest * X_HEIGHT_EM * made.dpi / 72)
        assert made.is_legible == (made.x_height_px >= 10 - 1e-6)


@given(smaller=st.floats(min_value=0.5, max_value=50), larger=st.floats(min_value=0.5, max_value=50))
def test_smaller_print_never_gets_a_lower_resolution(smaller: float, larger: float) -> None:
    smaller, larger = sorted((smaller, larger))
    assert plan(smallest_print_pt=smaller).dpi >= plan(smallest_print_pt=larger).dpi


@given(native=natives.filter(lambda value: value is not None), smallest=prints)
def test_a_scan_is_never_upsampled(native: float, smallest: float | None) -> None:
    assert plan(smallest_print_pt=smallest, native_dpi=native).dpi <= native
