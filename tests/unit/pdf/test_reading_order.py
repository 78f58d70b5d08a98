import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from docai.pdf.reading_order import Rects, reading_order

LEFT, RIGHT, WIDE = (50.0, 290.0), (310.0, 550.0), (50.0, 550.0)


def rects(*placed: tuple[tuple[float, float], float, float]) -> Rects:
    return np.array([(x0, y0, x1, y1) for (x0, x1), y0, y1 in placed], dtype=float)


def test_nothing_has_no_order() -> None:
    assert reading_order(np.empty((0, 4))) == []


def test_a_column_is_read_to_its_end_before_the_next() -> None:
    page = rects((RIGHT, 100, 300), (LEFT, 320, 700), (RIGHT, 310, 700), (LEFT, 100, 310))
    assert reading_order(page) == [3, 1, 0, 2]


def test_a_full_width_table_parts_the_columns_above_from_those_below() -> None:
    page = rects((LEFT, 100, 300), (RIGHT, 100, 300), (WIDE, 320, 500), (LEFT, 520, 700), (RIGHT, 520, 700))
    assert reading_order(page[::-1]) == [4, 3, 2, 1, 0]


def test_a_centred_heading_comes_before_both_columns() -> None:
    page = rects((LEFT, 100, 700), (RIGHT, 100, 700), ((200.0, 400.0), 60, 80))
    assert reading_order(page) == [2, 0, 1]


def test_boxes_that_stand_beside_nothing_are_read_from_the_top() -> None:
    letterhead, address = ((300.0, 550.0), 40, 70), ((50.0, 200.0), 120, 180)
    assert reading_order(rects(address, letterhead)) == [1, 0]


def test_ragged_columns_that_touch_are_still_columns() -> None:
    page = rects(((50.0, 312.0), 100, 300), (RIGHT, 100, 300), (LEFT, 310, 700), (RIGHT, 310, 700))
    assert reading_order(page) == [0, 2, 1, 3]


def test_a_band_of_white_parts_a_page_without_columns() -> None:
    sender, receiver = (LEFT, 100, 160), (RIGHT, 100, 160)
    greeting, text = ((50.0, 120.0), 250, 262), ((50.0, 480.0), 266, 400)
    page = rects(sender, receiver, greeting, text)
    assert reading_order(page, band_pt=40) == [0, 1, 2, 3]
    assert reading_order(page) == [0, 2, 1, 3]


def test_columns_run_on_over_a_band_of_white() -> None:
    page = rects((LEFT, 60, 100), (RIGHT, 60, 100), (LEFT, 200, 700), (RIGHT, 200, 700))
    assert reading_order(page, band_pt=40) == [0, 2, 1, 3]


def test_columns_are_read_from_the_right_where_the_script_is() -> None:
    page = rects((LEFT, 100, 300), (RIGHT, 100, 300), (WIDE, 40, 80))
    assert reading_order(page, leftwards=True) == [2, 1, 0]


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 700), st.integers(1, 300), st.integers(1, 300)), max_size=25
    ),
    st.booleans(),
)
def test_every_box_is_read_exactly_once_however_they_overlap(
    drawn: list[tuple[int, int, int, int]], leftwards: bool
) -> None:
    page = np.array([(x, y, x + w, y + h) for x, y, w, h in drawn], dtype=float).reshape(-1, 4)
    assert sorted(reading_order(page, band_pt=20, leftwards=leftwards)) == list(range(len(drawn)))
