import pytest

from docai.grids.marks import Rule
from docai.grids.rules import frames, joined, share


def test_dashes_and_the_two_edges_of_a_stroke_become_one_line() -> None:
    strokes = [Rule(10, 0, 20), Rule(10.8, 0, 20), Rule(10, 22, 40), Rule(30, 0, 4)]
    assert [(round(r.at, 1), r.start, r.end) for r in joined(strokes)] == [(10.3, 0, 40)]


def test_rules_that_cross_make_a_frame_and_lone_ones_do_not() -> None:
    across = [Rule(0, 0, 100), Rule(50, 0, 100), Rule(200, 0, 100)]
    down = [Rule(0, 0, 50), Rule(100, 0, 50)]
    (frame,) = frames(across, down)
    assert frame.region == (0, 0, 100, 50)
    assert len(frame.across) == 2
    assert frames(across, []) == []


def test_share_counts_overlapping_rules_once() -> None:
    assert share([Rule(0, 0, 60), Rule(0, 40, 80), Rule(0, 150, 300)], 0, 200) == pytest.approx(0.65)
    assert share([], 5, 5) == 0.0
