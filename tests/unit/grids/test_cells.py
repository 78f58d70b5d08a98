from docai.domain.geometry import PointBox
from docai.grids.cells import Grid, Slot, fill, reading_order
from docai.grids.marks import Clues, Mark, Rule

YS = [0.0, 20.0, 40.0, 60.0]
XS = [0.0, 100.0, 200.0, 300.0]


def word(text: str, x0: float, y0: float, word_id: int, x1: float | None = None, y1: float | None = None) -> Mark:
    return Mark(x0, y0, x0 + 6 * len(text) if x1 is None else x1, y0 + 10 if y1 is None else y1, text, 0, word_id)


def filled(*marks: Mark, across: tuple[Rule, ...] = (), down: tuple[Rule, ...] = ()) -> Grid:
    return fill(Clues(PointBox(0, 0, 300, 60), marks, across=across, down=down), list(YS), list(XS))


def spans(grid: Grid) -> dict[str, tuple[int, int, int, int]]:
    return {" ".join(m.text for m in s.marks): (s.row, s.col, s.row_span, s.col_span) for s in grid.slots if s.marks}


def test_every_position_is_covered_once_and_every_word_stands_in_one_cell() -> None:
    grid = filled(word("a", 10, 5, 0), word("b", 110, 25, 1), word("c", 210, 45, 2))
    assert len(grid.slots) == 9
    assert sorted(m.word_id for s in grid.slots for m in s.marks) == [0, 1, 2]


def test_a_heading_that_runs_over_a_boundary_spans_both_columns() -> None:
    grid = filled(word("Total", 80, 5, 0), word("assets", 113, 5, 1), word("1", 20, 25, 2), word("2", 120, 25, 3))
    assert spans(grid)["Total assets"] == (0, 0, 1, 2)


def test_figures_close_together_stay_in_their_columns() -> None:
    grid = filled(word("1,960", 67, 5, 0, 98), word("1,040", 102, 5, 1, 130))
    assert spans(grid) == {"1,960": (0, 0, 1, 1), "1,040": (0, 1, 1, 1)}


def test_a_rule_between_two_columns_keeps_a_tight_text_apart() -> None:
    marks = (word("friends", 57, 5, 0), word("Count", 102, 5, 1))
    assert len(spans(filled(*marks))) == 1
    assert len(spans(filled(*marks, down=(Rule(100, 0, 60),)))) == 2


def test_positions_that_rules_leave_open_are_one_cell() -> None:
    down = (Rule(0, 0, 60), Rule(100, 20, 60), Rule(200, 0, 60), Rule(300, 0, 60))
    grid = filled(
        word("over", 30, 5, 0), word("two", 210, 5, 1), word("x", 10, 25, 2), word("y", 110, 25, 3), down=down
    )
    assert spans(grid)["over"] == (0, 0, 1, 2)


def test_a_label_beside_two_ruled_rows_spans_both() -> None:
    across = (Rule(0, 0, 300), Rule(20, 0, 300), Rule(40, 100, 300), Rule(60, 0, 300))
    grid = filled(word("label", 10, 35, 0), word("1", 110, 25, 1), word("2", 110, 45, 2), across=across)
    assert spans(grid)["label"] == (1, 0, 2, 1)


def test_an_upright_word_follows_the_lines_of_its_cell() -> None:
    order = reading_order([word("up", 0, 0, 0, 8, 60), word("b", 20, 14, 1), word("a", 20, 0, 2), word("c", 40, 0, 3)])
    assert [m.text for m in order] == ["a", "c", "b", "up"]


def test_typed_rules_belong_to_a_cell_but_make_none() -> None:
    dashes = word("------", 10, 15, 1)
    clues = Clues(PointBox(0, 0, 300, 60), (word("a", 10, 5, 0),), (dashes,))
    grid = fill(clues, list(YS), list(XS))
    assert grid.slot_at(1, 0).marks == [dashes]
    assert isinstance(grid.slot_at(2, 2), Slot)
