"""Grids from cells and HTML that need not tile one."""

from hypothesis import given
from hypothesis import strategies as st

from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.metrics.table_grids import LooseCell, html_rows, placed, pubtabnet_html, tiled
from docai.evaluation.metrics.teds import teds


def texts(table: Table) -> list[list[str]]:
    return [[table.at(row, col).text for col in range(table.n_cols)] for row in range(table.n_rows)]


def test_gaps_are_filled_and_lines_without_cells_taken_out() -> None:
    table = tiled([Cell(row=1, col=2, text="b"), Cell(row=1, col=0, text="a"), Cell(row=4, col=0, text="c")])
    assert texts(table) == [["a", "b"], ["c", ""]]


def test_of_two_cells_at_one_place_the_first_keeps_it() -> None:
    table = tiled([Cell(row=0, col=0, col_span=2, text="a"), Cell(row=0, col=1, col_span=2, text="b")])
    assert texts(table) == [["a", "a", "b"]]
    assert texts(tiled([Cell(row=0, col=0, text="a"), Cell(row=0, col=0, text="b")])) == [["a"]]


def test_no_cells_make_a_table_without_rows() -> None:
    assert tiled([]) == Table(n_rows=0, n_cols=0, cells=())


@given(
    st.lists(
        st.builds(
            Cell,
            row=st.integers(0, 5),
            col=st.integers(0, 5),
            row_span=st.integers(-1, 3),
            col_span=st.integers(-1, 3),
            text=st.text("ab", max_size=2),
        ),
        max_size=12,
    )
)
def test_any_cells_make_a_table(cells: list[Cell]) -> None:
    table = tiled(cells)
    assert tiled(table.cells) == table


def test_spans_push_cells_to_the_right() -> None:
    rows = [[LooseCell("a", row_span=9), LooseCell("b", col_span=2)], [LooseCell("c"), LooseCell("d")]]
    assert texts(tiled(placed(rows))) == [["a", "b", "b"], ["a", "c", "d"]]


def test_html_is_read() -> None:
    rows = html_rows(
        "<p>x</p><table><thead><tr><td rowspan='2'>A<br>B</td><th>p &lt; 1</th></tr></thead>"
        "<tr><td colspan=oops><b>1</b></td></tr></table><table></table>"
    )
    assert rows == [
        [LooseCell("A B", row_span=2, is_head=True), LooseCell("p < 1", is_head=True)],
        [LooseCell("1")],
    ]
    assert html_rows("no table") == html_rows("") == []


def test_tables_are_written_as_pubtabnet_writes_them() -> None:
    cells = (
        Cell(row=0, col=0, text="a < b", role=CellRole.COLUMN_HEADER, col_span=2),
        Cell(row=1, col=0, text="1\n2", role=CellRole.ROW_HEADER),
        Cell(row=1, col=1, text="3"),
    )
    table = Table(n_rows=2, n_cols=2, cells=cells)
    written = pubtabnet_html(table, with_sections=True)
    assert written == (
        '<table><thead><tr><td colspan="2">a &lt; b</td></tr></thead>'
        "<tbody><tr><td>1 2</td><td>3</td></tr></tbody></table>"
    )
    assert "<tbody>" not in pubtabnet_html(table, with_sections=False)
    assert teds(written, written) == 1.0
    reaching = Table(
        n_rows=2,
        n_cols=2,
        cells=(
            Cell(row=0, col=0, row_span=2, role=CellRole.COLUMN_HEADER),
            Cell(row=0, col=1, role=CellRole.COLUMN_HEADER),
            Cell(row=1, col=1),
        ),
    )
    assert "<thead>" not in pubtabnet_html(reaching, with_sections=True)
