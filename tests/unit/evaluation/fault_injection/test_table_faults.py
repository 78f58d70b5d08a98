from random import Random

import pytest

from docai.domain.tables import Table
from docai.evaluation.fault_injection.faults import Fault, Faulted, FaultKind
from docai.evaluation.fault_injection.sums import totals_of
from docai.evaluation.fault_injection.table_faults import fault_tables
from tests.unit.evaluation.fault_injection.drawn import ROWS, drawn_page


def faulted(kind: FaultKind, seed: int, share: float = 1.0) -> tuple[Table, Faulted]:
    found = fault_tables(drawn_page(), kind, share, Random(seed))
    table = found.page.blocks[-1].table
    assert table is not None
    return table, found


def grid(table: Table) -> list[list[str]]:
    return [[table.at(r, c).text for c in range(table.n_cols)] for r in range(table.n_rows)]


def only(found: Faulted) -> Fault:
    (fault,) = found.faults
    return fault


def test_every_cell_with_a_digit_can_be_wrong_and_is_told() -> None:
    table, found = faulted(FaultKind.CELL_DIGITS, 1)
    changed = {(r, c) for r in range(5) for c in range(4) if table.at(r, c).text != ROWS[r][c]}
    assert changed == {place for fault in found.faults for place in fault.cells}
    assert len(changed) == 15


def test_the_share_is_that_of_the_cells() -> None:
    n = sum(len(faulted(FaultKind.CELL_DIGITS, seed, share=0.2)[1].faults) for seed in range(20))
    assert 0.12 < n / (20 * 15) < 0.28


def test_the_same_seed_makes_the_same_faults() -> None:
    assert faulted(FaultKind.CELL_LETTERS, 7, 0.5) == faulted(FaultKind.CELL_LETTERS, 7, 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_a_dropped_row_is_gone_and_its_cells_are_named_by_the_truth(seed: int) -> None:
    table, found = faulted(FaultKind.DROPPED_ROW, seed)
    missing = only(found).missing
    assert missing is not None
    (row,) = {row for row, _ in missing.cells}
    assert grid(table) == [list(texts) for r, texts in enumerate(ROWS) if r != row]


@pytest.mark.parametrize("seed", range(3))
def test_a_dropped_column_is_gone_and_its_cells_are_named_by_the_truth(seed: int) -> None:
    table, found = faulted(FaultKind.DROPPED_COLUMN, seed)
    missing = only(found).missing
    assert missing is not None
    (col,) = {col for _, col in missing.cells}
    assert grid(table) == [[text for c, text in enumerate(texts) if c != col] for texts in ROWS]


@pytest.mark.parametrize("kind", [FaultKind.INVENTED_ROW, FaultKind.INVENTED_COLUMN])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_invented_is_told_and_all_else_stays(kind: FaultKind, seed: int) -> None:
    table, found = faulted(kind, seed)
    left = [cell.text for cell in table.cells if (cell.row, cell.col) not in only(found).cells]
    assert left == [text for row in ROWS for text in row]
    assert table.n_rows * table.n_cols == len(left) + len(only(found).cells)


@pytest.mark.parametrize("seed", range(3))
def test_shifted_values_stand_one_column_on(seed: int) -> None:
    table, found = faulted(FaultKind.SHIFTED_COLUMNS, seed)
    places = only(found).cells
    (row,) = {row for row, _ in places}
    first = min(col for _, col in places)
    assert table.at(row, first).text == ""
    assert [table.at(row, c).text for c in range(first + 1, 4)] == list(ROWS[row][first:3])


@pytest.mark.parametrize("seed", range(3))
def test_merged_neighbours_are_one_cell(seed: int) -> None:
    table, found = faulted(FaultKind.MERGED_CELLS, seed)
    ((row, col),) = only(found).cells
    assert table.at(row, col).text == f"{ROWS[row][col]} {ROWS[row][col + 1]}"
    assert table.at(row, col).col_span == 2


def test_sums_are_found_by_adding_up() -> None:
    table = drawn_page().blocks[-1].table
    assert table is not None
    assert [cell.text for cell in totals_of(table)] == ["4,872", "2,324", "4,905"]


@pytest.mark.parametrize("seed", range(3))
def test_one_total_is_wrong_where_totals_are(seed: int) -> None:
    table, found = faulted(FaultKind.TOTALS, seed)
    ((row, col),) = only(found).cells
    assert row == 4
    assert [c for c in range(4) if table.at(4, c).text != ROWS[4][c]] == [col]
