"""A table's grid against its print: rows and columns left out, made up, run together, or out of line."""

from __future__ import annotations

from docai.checks.cell_grid import CellGrid
from docai.checks.table_shape import check_shape
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.domain.words import Word
from tests.unit.checks.printed_tables import COLUMN, HEIGHT, LEFT, LINE, TOP, area_of, cells, results, words_of

ROWS = [
    ["Region", "2019", "2020", "2021"],
    ["North", "1,204", "1,310", "1,377"],
    ["South", "842", "799", "905"],
    ["East", "2,051", "2,118", "2,266"],
    ["West", "377", "401", "398"],
]
CLOSES, IN_LINE = CheckName.GRID_CLOSES, CheckName.CELLS_IN_LINE


def read(
    *,
    rows: list[int] | None = None,
    cols: list[int] | None = None,
    made_up: dict[tuple[int, int], str] | None = None,
    words: tuple[Word, ...] = (),
) -> list[Check]:
    """The checks of a reading that has these rows and columns of the print, and cells that are not printed."""
    printed, ids = words_of(ROWS)
    rows, cols, more = rows or list(range(5)), cols or list(range(4)), made_up or {}
    found = [
        Cell(row=r, col=c, text=ROWS[row][col], word_ids=ids[row, col])
        for r, row in enumerate(rows)
        for c, col in enumerate(cols)
    ]
    n_rows = max([len(rows), *(r + 1 for r, _ in more)])
    n_cols = max([len(cols), *(c + 1 for _, c in more)])
    found += [
        Cell(row=r, col=c, text=more.get((r, c), ""))
        for r in range(n_rows)
        for c in range(n_cols)
        if r >= len(rows) or c >= len(cols)
    ]
    table = Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(sorted(found, key=lambda cell: (cell.row, cell.col))))
    return check_shape(0, CellGrid(table, [*printed, *words]), area_of(5, 4))


def test_a_whole_reading_passes() -> None:
    checks = read()
    assert [(check.name, check.result) for check in checks] == [
        (CLOSES, CheckResult.PASSED),
        (IN_LINE, CheckResult.PASSED),
    ]


def test_a_row_that_was_left_out_is_shown_where_it_stands() -> None:
    for row in (0, 2, 4):
        checks = read(rows=[n for n in range(5) if n != row])
        (failed,) = [check for check in checks if check.result is CheckResult.FAILED]
        assert (failed.name, failed.cells) == (CLOSES, ())
        assert failed.boxes[0].y0 == TOP + LINE * row


def test_a_column_that_was_left_out_is_shown_where_it_stands() -> None:
    for col in (0, 2, 3):
        checks = read(cols=[n for n in range(4) if n != col])
        (failed,) = [check for check in checks if check.result is CheckResult.FAILED]
        assert failed.boxes[0].x0 == LEFT + COLUMN * col


def test_a_made_up_row_or_column_is_named() -> None:
    checks = read(made_up={(5, 0): "Centre", (5, 1): "512", (5, 2): "498"})
    assert cells(checks, CLOSES, CheckResult.FAILED) == [(5, 0), (5, 1), (5, 2)]
    checks = read(made_up={(0, 4): "2022", (2, 4): "977"})
    assert cells(checks, CLOSES, CheckResult.FAILED) == [(0, 4), (2, 4)]


def test_one_cell_that_nobody_saw_is_no_row() -> None:
    assert results(read(made_up={(5, 0): "Centre"}), CLOSES) == [CheckResult.PASSED]


def test_a_sentence_below_the_rows_is_no_row_that_was_left_out() -> None:
    y = TOP + LINE * 4
    sentence = "Figures of the west were not yet audited when this was printed"
    note, x = [], LEFT
    for text in sentence.split():
        box = Box(x0=x, y0=y, x1=x + 0.006 * len(text), y1=y + HEIGHT)
        note.append(Word(text=text, box=box, line=9))
        x = box.x1 + 0.004
    printed, ids = words_of(ROWS[:4])
    found = tuple(Cell(row=r, col=c, text=ROWS[r][c], word_ids=ids[r, c]) for r in range(4) for c in range(4))
    grid = CellGrid(Table(n_rows=4, n_cols=4, cells=found), [*printed, *note])
    assert results(check_shape(0, grid, area_of(5, 4)), CLOSES) == [CheckResult.PASSED]


def table_of(changes: dict[tuple[int, int], tuple[int, int]]) -> CellGrid:
    """All cells as they are printed, but some with the words of another place."""
    printed, ids = words_of(ROWS)
    found = tuple(
        Cell(row=r, col=c, text=ROWS[r][c], word_ids=ids[changes.get((r, c), (r, c))])
        for r in range(5)
        for c in range(4)
    )
    return CellGrid(Table(n_rows=5, n_cols=4, cells=found), printed)


def test_a_cell_that_stands_in_another_row_or_column_is_named() -> None:
    down = check_shape(0, table_of({(2, 1): (3, 1), (3, 1): (2, 1)}), area_of(5, 4))
    assert cells(down, IN_LINE, CheckResult.FAILED) == [(2, 1), (3, 1)]
    across = check_shape(0, table_of({(2, 1): (2, 2), (2, 2): (2, 1)}), area_of(5, 4))
    assert cells(across, IN_LINE, CheckResult.FAILED) == [(2, 1), (2, 2)]


def test_print_that_stands_otherwise_altogether_is_left_open() -> None:
    swaps = [((1, 1), (2, 1)), ((3, 1), (4, 1)), ((0, 2), (0, 3))]
    turned = {one: other for pair in swaps for one, other in (pair, pair[::-1])}
    assert results(check_shape(0, table_of(turned), area_of(5, 4)), IN_LINE) == [CheckResult.UNDECIDED]


def test_cells_that_were_run_together_are_named_and_a_heading_over_columns_is_not() -> None:
    printed, ids = words_of(ROWS)
    heading = Word(text="Sales", box=Box(x0=0.35, y0=0.08, x1=0.4, y1=0.09), line=8)
    found = [
        Cell(row=0, col=0),
        Cell(row=0, col=1, col_span=3, text="Sales", word_ids=(len(printed),)),
        *(Cell(row=r + 1, col=c, text=ROWS[r][c], word_ids=ids[r, c]) for r in range(5) for c in range(4)),
    ]
    joined = Cell(row=3, col=1, col_span=2, text="842 799", word_ids=(*ids[2, 1], *ids[2, 2]))
    for with_fault in (False, True):
        mine = [c for c in found if not (with_fault and c.row == 3 and c.col in {1, 2})]
        mine += [joined] if with_fault else []
        in_order = tuple(sorted(mine, key=lambda c: (c.row, c.col)))
        grid = CellGrid(Table(n_rows=6, n_cols=4, cells=in_order), [*printed, heading])
        named = cells(check_shape(0, grid, area_of(5, 4)), IN_LINE, CheckResult.FAILED)
        assert named == ([(3, 1)] if with_fault else [])


def test_a_table_of_which_the_witness_sees_little_is_not_judged() -> None:
    found = tuple(Cell(row=r, col=c, text=ROWS[r][c]) for r in range(5) for c in range(4))
    assert check_shape(0, CellGrid(Table(n_rows=5, n_cols=4, cells=found), []), area_of(5, 4)) == []
