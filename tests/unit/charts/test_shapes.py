import math

import pytest

from docai.charts.marks import Paint
from docai.charts.shapes import Path, Piece, drawing_of

RED, BLACK, WHITE = Paint(50, 0, 0), Paint(0, 0, 0), Paint(50, 50, 50)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Piece:
    return Piece(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), (), is_closed=True)


def arc(centre: tuple[float, float], radius: float, start: float, sweep: float, n: int) -> list[tuple[float, float]]:
    turns = [math.radians(start + sweep * i / n) for i in range(n + 1)]
    return [(centre[0] + radius * math.sin(t), centre[1] - radius * math.cos(t)) for t in turns]


def test_a_filled_rectangle_is_a_bar() -> None:
    drawing = drawing_of([Path((rectangle(10, 20, 40, 100),), RED, None)])
    assert [(bar.frame, bar.paint) for bar in drawing.bars] == [((10, 20, 40, 100), RED)]
    assert not drawing.panels


def test_a_large_outline_is_the_ground_of_a_plot_and_its_edges_are_rules() -> None:
    drawing = drawing_of([Path((rectangle(10, 20, 200, 120),), None, BLACK)])
    assert drawing.panels == ((10, 20, 200, 120),)
    assert {rule.at for rule in drawing.across} == {20, 120}
    assert not drawing.bars


def test_strokes_are_rules_where_they_are_level_and_lines_in_any_case() -> None:
    level, slanted = Piece(((0, 10), (50, 10))), Piece(((0, 10), (50, 40), (90, 20)))
    drawing = drawing_of([Path((level, slanted), None, RED)])
    assert [rule.at for rule in drawing.across] == [10]
    assert [line.points for line in drawing.lines] == [level.points, slanted.points]


def test_a_small_closed_shape_is_a_marker_in_its_own_colour() -> None:
    ring = Piece(((5, 0), (10, 5), (5, 10), (0, 5), (5, 0)), (True,) * 4, is_closed=True)
    drawing = drawing_of([Path((ring,), WHITE, RED)])
    assert [(dot.frame, dot.paint) for dot in drawing.dots] == [((0, 0, 10, 10), RED)]


@pytest.mark.parametrize(("start", "sweep"), [(0, 30), (90, 120), (300, 200), (10, 45)])
def test_an_arc_closed_over_its_centre_is_a_slice(start: float, sweep: float) -> None:
    rim = arc((100, 100), 40, start, sweep, 4)
    piece = Piece(((100, 100), *rim, (100, 100)), (False, *(True,) * 4, False), is_closed=True)
    (wedge,) = drawing_of([Path((piece,), RED, None)]).wedges
    assert wedge.centre == (100, 100)
    assert wedge.sweep == pytest.approx(sweep)
    assert wedge.start == pytest.approx(start)


def test_two_arcs_of_one_centre_are_a_slice_of_a_ring() -> None:
    outer, inner = arc((100, 100), 40, 20, 100, 4), arc((100, 100), 20, 20, 100, 4)[::-1]
    flags = (*(True,) * 4, False, *(True,) * 4, False)
    piece = Piece((*outer, *inner, outer[0]), flags, is_closed=True)
    (wedge,) = drawing_of([Path((piece,), RED, None)]).wedges
    assert wedge.centre == (pytest.approx(100), pytest.approx(100))
    assert (wedge.radius, wedge.sweep) == (pytest.approx(40), pytest.approx(100))


def test_other_outlines_are_nothing_of_a_chart() -> None:
    blob = Piece(((0, 0), (60, 5), (80, 70), (20, 90), (0, 0)), (True,) * 4, is_closed=True)
    drawing = drawing_of([Path((blob,), RED, None)])
    assert (drawing.wedges, drawing.bars, drawing.dots) == ((), (), ())
