from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.patches.cutting import MAX_REGIONS, Cut, Rectangle, fewest_pieces, grown

PAGE = Cut(Rectangle(0, 0, 1240, 1754), dpi=150, print_pt=None)


def test_two_lines_of_body_print_are_shared_and_of_larger_print_more() -> None:
    assert PAGE.overlap_px == 61  # 2 x 1.2 x 12 points at 150 DPI, and one for rounding
    assert Cut(PAGE.area, dpi=150, print_pt=5).overlap_px == 61
    assert Cut(PAGE.area, dpi=150, print_pt=24).overlap_px == 121


def test_the_fewest_pieces_are_found_and_of_as_many_those_that_cut_fewest_lines() -> None:
    assert len(fewest_pieces(PAGE, lambda width, height: width * height < 1_200_000)) == 2
    bands = fewest_pieces(PAGE, lambda width, height: height < 500)
    assert [piece.width for piece in bands] == [1240] * len(bands)
    assert len(bands) == 4
    columns = fewest_pieces(PAGE, lambda width, height: width < 700)
    assert [(piece.left, piece.height) for piece in columns] == [(0, 1754), (589, 1754)]


def test_no_grid_is_given_where_none_serves_or_too_many_would_be_needed() -> None:
    assert fewest_pieces(PAGE, lambda width, height: False) == ()
    assert fewest_pieces(Cut(Rectangle(0, 0, 9000, 9000), 150, None), lambda width, height: width * height < 1e6) == ()


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 3000),
    st.integers(1, 3000),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(100, 2000),
    st.integers(100, 2000),
)
def test_pieces_cover_their_area_and_stay_in_it(
    width: int, height: int, left: int, top: int, most_width: int, most_height: int
) -> None:
    cut = Cut(Rectangle(left, top, width, height), dpi=150, print_pt=None)
    pieces = fewest_pieces(cut, lambda w, h: w <= most_width and h <= most_height)
    if not pieces:
        return
    assert len(pieces) <= MAX_REGIONS
    lefts = sorted({piece.left for piece in pieces})
    tops = sorted({piece.top for piece in pieces})
    assert (lefts[0], tops[0]) == (left, top)
    assert pieces[-1].left + pieces[-1].width == left + width
    assert pieces[-1].top + pieces[-1].height == top + height
    for starts, piece in ((lefts, pieces[0].width), (tops, pieces[0].height)):
        assert all(later <= earlier + piece - 60 for earlier, later in pairwise(starts))
    assert len(pieces) == len(lefts) * len(tops)


@given(st.integers(0, 90), st.integers(0, 90), st.integers(1, 10), st.integers(1, 10), st.integers(1, 32))
def test_a_rectangle_grows_to_multiples_within_the_image(left: int, top: int, w: int, h: int, unit: int) -> None:
    made = grown(Rectangle(left, top, w, h), 100, 100, to_multiples_of=unit)
    assert 0 <= made.left <= left
    assert left + w <= made.left + made.width <= 100
    assert 0 <= made.top <= top
    assert top + h <= made.top + made.height <= 100
    assert made.width % unit == 0 or made.width == 100


@pytest.mark.parametrize("box", [Box(x0=1, y0=1, x1=1, y1=1), Box(x0=0, y0=0, x1=1, y1=1)])
def test_a_rectangle_around_a_box_has_a_pixel_and_lies_on_the_image(box: Box) -> None:
    made = Rectangle.around(box, 100, 50)
    assert made.width >= 1
    assert made.left + made.width <= 100
    assert made.top + made.height <= 50
    assert made.box(100, 50).area > 0
