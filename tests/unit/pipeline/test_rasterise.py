"""At which resolution pages are drawn where a model asks for more of small print."""

from __future__ import annotations

import pytest

from docai.domain.documents import PageFacts
from docai.domain.geometry import PageSize
from docai.domain.words import PageWords, Witness
from docai.pipeline.rasterise import RasterPolicy, raster_plan

PLAIN = RasterPolicy(floor_dpi=150, ceiling_dpi=400, min_x_height_px=10, max_pixels=40_000_000)
FOR_A_MODEL = RasterPolicy(
    floor_dpi=150,
    ceiling_dpi=400,
    min_x_height_px=10,
    max_pixels=40_000_000,
    small_print_floor_dpi=200,
    small_print_pt=9,
)


def facts(print_pt: float | None, native_dpi: float | None = None) -> PageFacts:
    words = PageWords(witness=Witness.TEXT_LAYER)
    size = PageSize(width_pt=595, height_pt=842)
    return PageFacts(size=size, words=words, smallest_print_pt=print_pt, native_dpi=native_dpi)


@pytest.mark.parametrize(
    ("print_pt", "plain", "for_a_model"),
    [
        (12.0, 150, 150),
        (9.0, 160, 160),  # not small: an x-height of 10 pixels is enough
        (8.0, 180, 200),
        (6.0, 240, 240),
        (None, 150, 150),
    ],
)
def test_small_print_is_drawn_at_the_floor_that_a_model_asks_for(
    print_pt: float | None, plain: float, for_a_model: float
) -> None:
    assert raster_plan(facts(print_pt), PLAIN).dpi == plain
    assert raster_plan(facts(print_pt), FOR_A_MODEL).dpi == for_a_model


def test_a_scan_keeps_its_own_resolution() -> None:
    assert raster_plan(facts(8.0, native_dpi=120), FOR_A_MODEL).dpi == 120


def test_no_floor_is_above_the_ceiling() -> None:
    low = RasterPolicy(
        floor_dpi=100,
        ceiling_dpi=150,
        min_x_height_px=10,
        max_pixels=40_000_000,
        small_print_floor_dpi=200,
        small_print_pt=9,
    )
    assert raster_plan(facts(8.0), low).dpi == 150
