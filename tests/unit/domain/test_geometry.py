"""Boxes in fractions, points and pixels, and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from docai.domain.geometry import Box, PageSize

SIDES = st.floats(10, 15_000)
EDGES = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))


def box(edges: tuple[float, float, float, float]) -> Box:
    return Box.clipped(*edges)


@given(SIDES, SIDES, EDGES)
def test_points_and_back_is_the_same_box(width: float, height: float, edges: tuple[float, float, float, float]) -> None:
    size, drawn = PageSize(width_pt=width, height_pt=height), box(edges)
    back = Box.from_points(drawn.to_points(size), size)
    for one, other in zip((drawn.x0, drawn.y0, drawn.x1, drawn.y1), (back.x0, back.y0, back.x1, back.y1), strict=True):
        assert math.isclose(one, other, abs_tol=1e-9)


@given(EDGES, st.integers(1, 9000), st.integers(1, 9000))
def test_pixels_hold_the_box_and_lie_within_one_of_it(
    edges: tuple[float, float, float, float], width: int, height: int
) -> None:
    drawn = box(edges)
    left, top, right, bottom = drawn.to_pixels(width, height)
    assert left <= drawn.x0 * width < left + 1 or left == int(drawn.x0 * width)
    assert right >= drawn.x1 * width
    assert bottom >= drawn.y1 * height
    assert left < right
    assert top < bottom


@given(EDGES, EDGES)
def test_iou_is_symmetric_and_bounded(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> None:
    a, b = box(one), box(other)
    assert a.iou(b) == b.iou(a)
    assert 0 <= a.iou(b) <= 1 + 1e-9
    if a.area > 1e-6:
        assert math.isclose(a.iou(a), 1.0)


@given(st.lists(EDGES, min_size=1, max_size=5))
def test_a_box_around_boxes_holds_them(several: list[tuple[float, float, float, float]]) -> None:
    boxes = [box(edges) for edges in several]
    around = Box.around(boxes)
    assert around is not None
    assert all(around.holds(b.centre) for b in boxes)


def test_around_nothing_is_nothing() -> None:
    assert Box.around([]) is None


@pytest.mark.parametrize("edges", [(0.5, 0, 0.2, 1), (0, 0, 1.2, 1), (-0.1, 0, 1, 1), (0, 0, float("nan"), 1)])
def test_what_is_no_box_on_the_page_is_refused(edges: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = edges
    with pytest.raises(ValidationError):
        Box(x0=x0, y0=y0, x1=x1, y1=y1)
