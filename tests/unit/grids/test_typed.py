from docai.grids.marks import Mark
from docai.grids.typed import is_leader, is_rule, spoken, typed_rules


def marks(*texts: str) -> list[Mark]:
    return [Mark(10.0 * i, 0, 10.0 * i + 8, 10, text, 0, i) for i, text in enumerate(texts)]


def test_dots_between_a_label_and_its_figure_are_not_part_of_the_text() -> None:
    assert spoken(marks("0.99", ".........", ".")) == "0.99"


def test_a_cell_of_ornaments_only_keeps_them() -> None:
    assert spoken(marks("...")) == "..."


def test_a_row_of_dashes_is_a_rule_and_a_dash_is_not() -> None:
    assert is_rule("------")
    assert not is_rule("-")
    assert not is_leader("-")
    assert [(r.at, r.start, r.end) for r in typed_rules(marks("a", "-----"))] == [(5, 10, 18)]
