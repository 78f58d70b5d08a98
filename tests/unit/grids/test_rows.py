from docai.domain.geometry import PointBox
from docai.grids.marks import Clues, Guess, Mark, Rule
from docai.grids.rows import row_edges

XS = [0.0, 100.0, 200.0]


def clues(
    lines: list[tuple[float, list[str]]], *, guesses: list[tuple[float, float]], **rules: tuple[Rule, ...]
) -> Clues:
    marks = [
        Mark(10 + 100 * col, y, 60 + 100 * col, y + 10, text, 0, 0)
        for y, texts in lines
        for col, text in enumerate(texts)
        if text
    ]
    bottom = max(y for y, _ in lines) + 15
    return Clues(PointBox(0, 0, 200, bottom), tuple(marks), row_guesses=tuple(Guess(*g) for g in guesses), **rules)


def test_a_guess_is_moved_into_the_gap_between_lines() -> None:
    found = row_edges(clues([(5, ["a", "1"]), (25, ["b", "2"])], guesses=[(14, 0.9)]), XS)
    assert len(found) == 3
    assert 15 <= found[1] <= 25


def test_guesses_either_side_of_a_gap_count_together() -> None:
    lines = [(5, ["a", "1"]), (25, ["b", "2"])]
    assert len(row_edges(clues(lines, guesses=[(18, 0.2), (22, 0.2)]), XS)) == 3
    assert len(row_edges(clues(lines, guesses=[(20, 0.2)]), XS)) == 2


def test_a_rule_across_the_table_parts_rows_without_any_guess() -> None:
    found = row_edges(clues([(5, ["a", "1"]), (25, ["b", "2"])], guesses=[], across=(Rule(20, 0, 200),)), XS)
    assert found[1] == 20


def test_in_ruled_cells_the_lines_of_a_wrapped_text_are_one_row() -> None:
    lines = [(5, ["head", "head"]), (25, ["label", "a text that"]), (37, ["", "goes on"]), (49, ["", "and on"])]
    rules = {"across": (Rule(20, 0, 200), Rule(64, 0, 200)), "down": (Rule(100, 0, 64),)}
    assert row_edges(clues(lines, guesses=[(36, 0.9), (48, 0.9)], **rules), XS) == [0, 20, 64]


def test_in_a_ruled_body_without_lines_between_its_records_every_record_is_a_row() -> None:
    lines = [(5, ["head", "head"]), (25, ["a", "1"]), (37, ["b", "2"]), (49, ["c", "3"])]
    rules = {"across": (Rule(20, 0, 200), Rule(64, 0, 200)), "down": (Rule(100, 0, 64),)}
    assert len(row_edges(clues(lines, guesses=[(36, 0.9), (48, 0.9)], **rules), XS)) == 5
