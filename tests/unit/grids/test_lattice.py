from docai.domain.geometry import PointBox
from docai.grids.lattice import Walls, covered, is_crossed, levels
from docai.grids.marks import Clues, Rule


def clues(across: tuple[Rule, ...] = (), down: tuple[Rule, ...] = ()) -> Clues:
    return Clues(PointBox(0, 0, 300, 60), (), across=across, down=down)


def test_double_rules_are_one_level_and_the_border_is_none() -> None:
    assert levels([Rule(0, 0, 9), Rule(20, 0, 9), Rule(22, 0, 9), Rule(60, 0, 9)], 0, 60) == [21]


def test_covered_looks_along_one_line_only() -> None:
    assert covered([Rule(20, 0, 150), Rule(40, 0, 300)], 21, 0, 300) == 0.5


def test_a_table_is_crossed_when_rules_cut_it_both_ways() -> None:
    across, down = (Rule(20, 0, 300),), (Rule(100, 0, 60),)
    assert is_crossed(clues(across, down))
    assert not is_crossed(clues(across))
    assert not is_crossed(clues(across, (Rule(100, 0, 20),)))


def test_two_texts_keep_an_open_wall_from_making_one_cell() -> None:
    down = (Rule(100, 20, 60), Rule(200, 20, 60))
    walls = Walls(clues(down=down), [0, 20, 60], [0, 100, 200, 300])
    assert walls.open_columns(0, [1, 0, 0]) == [(0, 2)]
    assert walls.open_columns(0, [1, 2, 0]) == []
    assert walls.open_columns(1, [1, 0, 0]) == []


def test_a_column_without_rules_between_its_rows_is_not_one_cell() -> None:
    across = (Rule(0, 0, 300), Rule(20, 100, 300), Rule(40, 100, 300), Rule(60, 0, 300))
    walls = Walls(clues(across), [0, 20, 40, 60], [0, 100, 300])
    assert walls.open_rows(0, [1, 2, 3]) == []
    assert walls.open_rows(0, [0, 2, 0]) == [(0, 2)]
