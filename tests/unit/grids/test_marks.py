from docai.domain.geometry import PointBox
from docai.grids.marks import Mark


def test_a_mark_knows_its_middle_and_height() -> None:
    mark = Mark(10, 20, 30, 28, "word", 0, 7)
    assert (mark.cx, mark.cy, mark.height) == (20, 24, 8)


def test_regions_share_their_overlap_and_join_to_their_hull() -> None:
    a, b = PointBox(0, 0, 10, 10), PointBox(5, 5, 20, 8)
    assert a.shared(b) == 15
    assert a.joined(b) == (0, 0, 20, 10)
    assert a.shared(PointBox(50, 50, 60, 60)) == 0
    assert a.holds(10, 10)
    assert PointBox(5, 5, 4, 9).area == 0
