from docai.domain.geometry import PointBox
from docai.grids.headings import headings
from docai.grids.marks import Clues, Mark, Rule

YS, XS = [0.0, 20.0, 40.0], [0.0, 100.0, 200.0, 300.0, 400.0]
LEAVES = [Mark(100 * c + 10, 25, 100 * c + 40, 35, "leaf", 0, c) for c in range(4)]


def found(*top: Mark, across: tuple[Rule, ...] = ()) -> list[tuple[int, int, int]]:
    rows = [[[m for m in top if 100 * c <= m.cx < 100 * c + 100] for c in range(4)], [[m] for m in LEAVES]]
    texts = [[4 * r + c + 1 if cell else 0 for c, cell in enumerate(row)] for r, row in enumerate(rows)]
    return headings(rows, texts, Clues(PointBox(0, 0, 400, 40), (*top, *LEAVES), across=across), YS, XS)


def test_a_text_over_a_rule_heads_the_columns_that_the_rule_runs_under() -> None:
    assert found(Mark(230, 5, 270, 15, "Costs", 0, 9), across=(Rule(19, 205, 395),)) == [(0, 2, 3)]


def test_a_rule_under_two_texts_heads_nothing() -> None:
    texts = Mark(230, 5, 270, 15, "Costs", 0, 8), Mark(330, 5, 370, 15, "Sales", 0, 9)
    assert found(*texts, across=(Rule(19, 205, 395),)) == []


def test_a_lone_text_in_the_middle_heads_all_columns_but_the_labels() -> None:
    assert found(Mark(230, 5, 270, 15, "Year", 0, 9)) == [(0, 1, 3)]


def test_a_lone_text_over_one_column_heads_that_alone() -> None:
    assert found(Mark(330, 5, 370, 15, "Year", 0, 9)) == []


def test_a_lone_label_on_the_left_heads_nothing() -> None:
    assert found(Mark(10, 5, 60, 15, "Assets", 0, 9)) == []
