from docai.domain.geometry import PointBox
from docai.grids.marks import Mark, Rule
from docai.grids.regions import is_tabular, overlooked, settle
from docai.grids.rules import Frame, frames


def grid(x: float, y: float, *, cols: int = 2, rows: int = 2, side: float = 50) -> Frame:
    across = [Rule(y + side * i, x, x + side * cols) for i in range(rows + 1)]
    down = [Rule(x + side * i, y, y + side * rows) for i in range(cols + 1)]
    return frames(across, down)[0]


def words(frame: Frame, side: float = 50) -> list[Mark]:
    left, top, right, bottom = (round(v) for v in frame.region)
    places = [(x, y) for x in range(left, right, round(side)) for y in range(top, bottom, round(side))]
    return [Mark(x + 10, y + 10, x + 30, y + 20, "w", 0, i) for i, (x, y) in enumerate(places)]


def test_a_frame_is_tabular_with_rows_columns_and_words() -> None:
    frame = grid(0, 0)
    assert is_tabular(frame, words(frame))
    assert not is_tabular(frame, words(frame)[:1])
    box = grid(0, 0, cols=1, rows=1)
    assert not is_tabular(box, words(box))


def test_frames_inside_one_region_part_it() -> None:
    left, right = grid(0, 0), grid(150, 0)
    assert settle(PointBox(-5, -5, 260, 105), [right, left]) == [left.region, right.region]


def test_a_frame_that_is_the_table_gives_its_edges() -> None:
    assert settle(PointBox(2, 2, 99, 98), [grid(0, 0)]) == [PointBox(0, 0, 100, 100)]


def test_labels_beside_a_frame_stay_in_the_table() -> None:
    assert settle(PointBox(-60, 2, 98, 98), [grid(0, 0)]) == [PointBox(-60, 0, 100, 100)]


def test_a_frame_clear_of_all_regions_was_overlooked() -> None:
    first, second = grid(0, 0), grid(0, 300)
    assert overlooked([first, second], [PointBox(0, 0, 100, 100)]) == [second.region]
