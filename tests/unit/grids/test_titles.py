from docai.domain.geometry import PointBox
from docai.grids.marks import Clues, Mark
from docai.grids.titles import without_titles

YS = [0.0, 20.0, 40.0, 60.0, 80.0]


def clues(*lines: str) -> Clues:
    marks = [
        Mark(10.0 + 30 * i, 20.0 * r + 5, 35.0 + 30 * i, 20.0 * r + 15, text, 0, 10 * r + i)
        for r, line in enumerate(lines)
        for i, text in enumerate(line.split())
    ]
    return Clues(PointBox(0, 0, 300, 80), tuple(marks))


def test_a_title_and_notes_in_the_region_are_not_rows() -> None:
    kept, title = without_titles(clues("Exhibit 9: Types of tests", "a b", "1 2", "Source: a study"), YS)
    assert title == "Exhibit 9: Types of tests"
    assert kept.region == (0, 20, 300, 60)
    assert [m.text for m in kept.marks] == ["a", "b", "1", "2"]


def test_a_column_called_source_is_kept() -> None:
    known = clues("Source Year", "a b", "1 2", "Sources vary")
    assert without_titles(known, YS) == (known, None)


def test_a_header_that_starts_with_the_word_table_is_kept() -> None:
    known = clues("Table Chairs", "a b", "1 2", "3 4")
    assert without_titles(known, YS)[0] is known
