from docai.domain.geometry import PointBox
from docai.grids.columns import column_edges
from docai.grids.marks import Clues, Guess, Mark, Rule


def clues(*guesses: tuple[float, float], across: tuple[Rule, ...] = (), down: tuple[Rule, ...] = ()) -> Clues:
    """Three rows of a label up to x = 80 and figures from x = 100, in a table 200 points wide."""
    marks = [
        Mark(x0, y, x1, y + 10, "word", 0, 0) for y in (5.0, 25.0, 45.0) for x0, x1 in ((10.0, 80.0), (100.0, 190.0))
    ]
    return Clues(
        PointBox(0, 0, 200, 60), tuple(marks), across, down=down, col_guesses=tuple(Guess(*g) for g in guesses)
    )


def test_a_guess_is_moved_into_the_white() -> None:
    _, cut, _ = column_edges(clues((79, 0.9)))
    assert 80 < cut < 100


def test_two_guesses_for_one_gap_make_one_boundary() -> None:
    assert len(column_edges(clues((84, 0.5), (96, 0.5)))) == 3


def test_a_faint_guess_is_not_taken_and_a_rule_needs_none() -> None:
    assert column_edges(clues((90, 0.2))) == [0, 200]
    assert column_edges(clues(down=(Rule(92, 0, 60),))) == [0, 92, 200]


def test_where_rules_draw_the_cells_a_guess_without_a_rule_is_not_taken() -> None:
    drawn = clues((92, 0.9), across=(), down=(Rule(92, 0, 60),))
    assert column_edges(drawn) == [0, 92, 200]
