from docai.domain.tables import CellRole
from docai.grids.cells import Grid, Slot
from docai.grids.marks import Mark
from docai.grids.roles import header_depth, is_figure, roles


def table(*rows: list[str]) -> Grid:
    slots = [
        Slot(r, c, 1, 1, [Mark(0, 0, 1, 1, text, 0, 0)] if text else [])
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Grid([float(i) for i in range(len(rows) + 1)], [float(i) for i in range(len(rows[0]) + 1)], slots)


def test_rows_above_the_figures_head_the_columns() -> None:
    grid = table(["", "Sales", "Costs"], ["", "EUR", "EUR"], ["North", "12", "9"], ["South", "15", "7"])
    assert header_depth(grid) == 2
    assert roles(grid)[6:9] == [CellRole.ROW_HEADER, CellRole.DATA, CellRole.DATA]


def test_years_head_columns_of_figures() -> None:
    assert header_depth(table(["", "2019", "2020"], ["North", "12", "9"], ["South", "15", "7"])) == 1
    assert header_depth(table(["Loan", "12/31/2009", "6/30/2010"], ["A", "12", "9"], ["B", "15", "7"])) == 1


def test_years_below_years_are_data() -> None:
    assert header_depth(table(["Event", "From", "To"], ["War", "1914", "1918"], ["Peace", "1919", "1939"])) == 1


def test_a_table_of_text_has_its_first_full_row_for_a_header() -> None:
    assert header_depth(table(["Type", "Description"], ["Scale", "A line"], ["List", "Some items"])) == 1


def test_a_table_that_starts_with_figures_has_no_header() -> None:
    assert header_depth(table(["North", "12", "9"], ["South", "15", "7"])) == 0


def test_a_label_alone_in_its_row_is_a_section() -> None:
    grid = table(["", "2019", "2020"], ["Assets", "", ""], ["Cash", "12", "9"], ["Stock", "15", "7"])
    assert roles(grid)[3] is CellRole.SECTION
    assert roles(grid)[6] is CellRole.ROW_HEADER


def test_amounts_and_signs_are_figures_and_labels_are_not() -> None:
    assert all(is_figure(text) for text in ("1,200", "(12.5%)", "\u2013", "$ 40"))
    assert not is_figure("Route 66 north")
