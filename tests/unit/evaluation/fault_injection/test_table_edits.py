from docai.domain.tables import Cell, Table
from docai.evaluation.fault_injection.table_edits import (
    merged,
    own_cells,
    transposed,
    with_row,
    with_texts,
    without_row,
)


def table() -> Table:
    """Two rows of headings, `Region` over both, and two rows of values."""
    cells = [
        Cell(row=0, col=0, row_span=2, text="Region"),
        Cell(row=0, col=1, col_span=2, text="2025"),
        *(Cell(row=1, col=c, text=t) for c, t in ((1, "Q1"), (2, "Q2"))),
        *(Cell(row=2, col=c, text=t) for c, t in enumerate(("Oslo", "1", "2"))),
        *(Cell(row=3, col=c, text=t) for c, t in enumerate(("Bergen", "3", "4"))),
    ]
    return Table(n_rows=4, n_cols=3, cells=tuple(cells))


def texts(made: Table) -> list[list[str]]:
    return [[made.at(r, c).text for c in range(made.n_cols)] for r in range(made.n_rows)]


def test_transposing_twice_changes_nothing() -> None:
    assert transposed(transposed(table())) == table()
    assert texts(transposed(table()))[0] == ["Region", "Region", "Oslo", "Bergen"]


def test_a_row_is_taken_out_and_cells_that_reach_over_it_are_shorter() -> None:
    made = without_row(table(), 1)
    assert texts(made) == [["Region", "2025", "2025"], ["Oslo", "1", "2"], ["Bergen", "3", "4"]]
    assert made.at(0, 0).row_span == 1


def test_a_row_is_put_in_and_cells_that_reach_over_the_place_are_longer() -> None:
    made, places = with_row(table(), 1, {0: "lost", 1: "x"})
    assert texts(made)[1] == ["Region", "x", ""]
    assert places == {(1, 1)}
    assert made.at(0, 0).row_span == 3


def test_a_row_at_the_end_is_put_behind_all_others() -> None:
    made, places = with_row(table(), 4, {0: "Total", 2: "6"})
    assert texts(made)[4] == ["Total", "", "6"]
    assert places == {(4, 0), (4, 2)}


def test_texts_are_changed_where_they_are_named() -> None:
    assert texts(with_texts(table(), {(2, 1): "7"}))[2] == ["Oslo", "7", "2"]


def test_neighbours_become_one_cell() -> None:
    made = merged(table(), table().at(2, 1), table().at(2, 2))
    assert made.at(2, 2).text == "1 2"
    assert made.at(2, 1).col_span == 2


def test_own_cells_of_a_row_are_those_that_reach_into_no_other() -> None:
    assert [cell.text for cell in own_cells(table(), 0)] == ["2025"]
