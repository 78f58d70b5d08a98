"""Totals: found by adding up or by their labels, and what is named where one does not hold."""

from __future__ import annotations

from docai.checks.cell_grid import CellGrid
from docai.checks.totals import check_totals
from docai.domain.checks import CheckName, CheckResult
from docai.domain.evidence import Evidence, Verdict
from docai.domain.words import Witness
from tests.unit.checks.printed_tables import cells, grid_of, results

SALES = [
    ["Region", "2019", "2020", "2021"],
    ["North", "1,204", "1,310", "1,377"],
    ["South", "842", "799", "905"],
    ["East", "2,051", "2,118", "2,266"],
    ["Total", "4,097", "4,227", "4,548"],
]
T = CheckName.TOTALS


def changed(rows: list[list[str]], row: int, col: int, text: str) -> list[list[str]]:
    return [[text if (r, c) == (row, col) else t for c, t in enumerate(each)] for r, each in enumerate(rows)]


def test_totals_that_hold_are_told_with_their_cells() -> None:
    checks = check_totals(3, grid_of(SALES))
    assert cells(checks, T, CheckResult.PASSED) == [(4, 1), (4, 2), (4, 3)]
    assert [check.block for check in checks] == [3]


def test_a_wrong_total_is_named_and_only_it() -> None:
    checks = check_totals(0, grid_of(changed(SALES, 4, 2, "4,223")))
    assert cells(checks, T, CheckResult.FAILED) == [(4, 2)]
    failed = next(check for check in checks if check.result is CheckResult.FAILED)
    assert failed.message == "3 values add up to 4,227; the total says 4,223."
    assert len(failed.boxes) == 1


def test_the_label_is_not_needed_where_columns_add_up() -> None:
    rows = changed(changed(SALES, 4, 0, "Europe"), 4, 1, "4,079")
    assert cells(check_totals(0, grid_of(rows)), T, CheckResult.FAILED) == [(4, 1)]


def test_a_wrong_addend_is_named_where_rows_and_columns_both_add_up() -> None:
    rows = [
        ["", "Men", "Women", "Total"],
        ["A", "1,310", "2,204", "3,514"],
        ["B", "842", "977", "1,819"],
        ["C", "1,555", "1,208", "2,763"],
        ["D", "2,311", "2,019", "4,330"],
        ["Total", "6,018", "6,408", "12,426"],
    ]
    assert results(check_totals(0, grid_of(rows)), T) == [CheckResult.PASSED]
    checks = check_totals(0, grid_of(changed(rows, 2, 2, "917")))
    assert cells(checks, T, CheckResult.FAILED) == [(2, 2)]


def with_verdicts(grid: CellGrid, verdicts: dict[tuple[int, int], Verdict]) -> CellGrid:
    """The same, its cells confirmed by the text layer but for some."""
    found = tuple(
        cell.model_copy(
            update={
                "evidence": Evidence(
                    reader="test 1",
                    witness=Witness.TEXT_LAYER,
                    verdict=verdicts.get((cell.row, cell.col), Verdict.EXACT),
                    page_number=1,
                    box=None,
                )
            }
        )
        for cell in grid.table.cells
    )
    return CellGrid(grid.table.model_copy(update={"cells": found}), grid.words)


def test_a_document_that_does_not_add_up_itself_is_told_and_is_no_misreading() -> None:
    grid = with_verdicts(grid_of(changed(SALES, 4, 2, "4,223")), {})
    checks = check_totals(0, grid)
    assert cells(checks, T, CheckResult.FAILED) == []
    assert cells(checks, T, CheckResult.UNDECIDED) == [(4, 2)]
    assert checks[-1].message == "1 totals are not what is added up, and all of it is as the page prints it."


def test_the_cell_that_a_witness_reads_otherwise_is_the_one_in_doubt() -> None:
    grid = with_verdicts(grid_of(changed(SALES, 2, 2, "749")), {(2, 2): Verdict.CONFLICT})
    assert cells(check_totals(0, grid), T, CheckResult.FAILED) == [(2, 2)]


def test_nested_subtotals_count_once() -> None:
    rows = [
        ["Item", "Q1", "Q2"],
        ["Wages", "310", "325"],
        ["Rent", "120", "120"],
        ["Subtotal", "430", "445"],
        ["Paper", "41", "39"],
        ["Travel", "77", "102"],
        ["Subtotal", "118", "141"],
        ["Total", "548", "586"],
    ]
    checks = check_totals(0, grid_of(rows))
    assert results(checks, T) == [CheckResult.PASSED]
    assert cells(checks, T, CheckResult.PASSED) == [(3, 1), (3, 2), (6, 1), (6, 2), (7, 1), (7, 2)]
    assert cells(check_totals(0, grid_of(changed(rows, 7, 1, "543"))), T, CheckResult.FAILED) == [(7, 1)]


def test_a_total_may_stand_above_what_it_is_of() -> None:
    rows = [
        ["", "2001", "2011"],
        ["All households", "25,334", "27,210"],
        ["One person", "7,402", "8,911"],
        ["Two persons", "9,120", "9,603"],
        ["Three or more", "8,812", "8,696"],
    ]
    assert cells(check_totals(0, grid_of(rows)), T, CheckResult.PASSED) == [(1, 1), (1, 2)]
    assert cells(check_totals(0, grid_of(changed(rows, 1, 1, "25,354"))), T, CheckResult.FAILED) == []


def test_a_total_below_one_column_of_numbers_is_wrong_only_by_a_slip_of_the_eye() -> None:
    rows = [["Item", "EUR"], ["Chair", "1.204,50"], ["Desk", "842,00"], ["Lamp", "51,25"], ["Summe", "2.097,75"]]
    assert results(check_totals(0, grid_of(rows)), T) == [CheckResult.PASSED]
    assert cells(check_totals(0, grid_of(changed(rows, 4, 1, "2.091,75"))), T, CheckResult.FAILED) == [(4, 1)]
    # Some other amount may be of things that the table does not list.
    assert results(check_totals(0, grid_of(changed(rows, 4, 1, "3.412,20"))), T) == [CheckResult.UNDECIDED]


def test_rounded_values_need_not_add_up_exactly() -> None:
    rows = [
        ["", "2019", "2020", "2021"],
        ["A", "33.3", "12.4", "8.1"],
        ["B", "33.3", "12.4", "9.7"],
        ["C", "33.3", "12.3", "7.2"],
        ["Total", "100.0", "37.2", "25.0"],
    ]
    assert results(check_totals(0, grid_of(rows)), T) == [CheckResult.PASSED]


def test_means_beside_counts_are_no_sums() -> None:
    rows = [
        ["", "n", "m", "Mean age"],
        ["A", "1,310", "2,204", "41.2"],
        ["B", "842", "977", "39.8"],
        ["C", "1,555", "1,208", "44.0"],
        ["Total", "3,707", "4,389", "42.0"],
    ]
    checks = check_totals(0, grid_of(rows))
    assert cells(checks, T, CheckResult.FAILED) == []
    assert cells(checks, T, CheckResult.UNDECIDED) == [(4, 3)]


def test_a_table_without_sums_has_no_check() -> None:
    rows = [["", "a", "b"], ["x", "12.5", "31"], ["y", "9.1", "77"], ["z", "30.2", "18"], ["w", "4.4", "95"]]
    assert check_totals(0, grid_of(rows)) == []


def test_small_numbers_that_add_up_by_chance_are_no_sums() -> None:
    rows = [["", "a", "b"], ["x", "1", "2"], ["y", "1", "1"], ["z", "2", "3"], ["w", "4", "1"]]
    assert check_totals(0, grid_of(rows)) == []


def test_points_between_thousands_are_known_by_the_table() -> None:
    rows = [["Thema", "n"], ["A", "3.597"], ["B", "1.847"], ["C", "1.783"], ["D", "732"], ["Summe", "7.959"]]
    assert cells(check_totals(0, grid_of(rows)), T, CheckResult.PASSED) == [(5, 1)]


def test_unknown_figures_leave_a_total_open() -> None:
    rows = changed(SALES, 2, 1, "n/a")
    checks = check_totals(0, grid_of(rows))
    assert (4, 1) not in cells(checks, T, CheckResult.PASSED)
    assert cells(checks, T, CheckResult.FAILED) == []
    dashed = changed(changed(SALES, 2, 1, "-"), 4, 1, "3,255")
    assert (4, 1) in cells(check_totals(0, grid_of(dashed)), T, CheckResult.PASSED)
