"""Shares of a whole: columns and rows that make 100 %, and those that should."""

from __future__ import annotations

from docai.checks.shares import check_shares
from docai.domain.checks import CheckName, CheckResult
from tests.unit.checks.printed_tables import cells, grid_of, results

SHARES = CheckName.PERCENTAGES
PARTIES = [
    ["Party", "2001", "2005", "2009"],
    ["Red", "40.1%", "38.5%", "36.0%"],
    ["Blue", "35.2%", "33.4%", "35.9%"],
    ["Green", "24.6%", "28.1%", "28.1%"],
]


def test_columns_that_make_a_hundred_pass_up_to_rounding() -> None:
    checks = check_shares(0, grid_of(PARTIES))
    assert results(checks, SHARES) == [CheckResult.PASSED]
    assert len(cells(checks, SHARES, CheckResult.PASSED)) == 9


def test_one_that_does_not_beside_others_that_do_is_shown() -> None:
    wrong = [row[:] for row in PARTIES]
    wrong[2][2] = "38.4%"
    checks = check_shares(0, grid_of(wrong))
    assert results(checks, SHARES) == [CheckResult.PASSED, CheckResult.FAILED]
    failed = checks[1]
    assert failed.message == "1 columns or rows of shares should sum to 100 and come to 105."
    assert (failed.cells, len(failed.boxes)) == ((), 1)


def test_one_alone_is_left_open() -> None:
    alone = [[row[0], row[1]] for row in PARTIES]
    alone[1][1] = "41.1%"
    assert results(check_shares(0, grid_of(alone)), SHARES) == [CheckResult.UNDECIDED]


def test_a_total_row_is_no_share() -> None:
    total = [*PARTIES, ["Total", "100%", "100%", "100%"]]
    assert results(check_shares(0, grid_of(total)), SHARES) == [CheckResult.PASSED]


def test_percentages_that_are_no_parts_of_a_whole_have_no_check() -> None:
    rates = [["", "2001"], ["Bread", "3.1%"], ["Milk", "2.0%"], ["Fuel", "9.4%"]]
    assert check_shares(0, grid_of(rates)) == []


def test_rows_that_all_make_a_hundred_need_no_name() -> None:
    rows = [
        ["", "Farms", "Works", "Services"],
        ["1991", "11.0", "40.7", "48.4"],
        ["1996", "9.5", "39.4", "51.0"],
        ["2001", "7.5", "39.4", "53.1"],
        ["2003", "6.7", "38.1", "55.2"],
        ["2005", "6.6", "16.0", "77.4"],
    ]
    assert results(check_shares(0, grid_of(rows)), SHARES) == [CheckResult.PASSED]
    rows[3][2] = "30.4"
    assert results(check_shares(0, grid_of(rows)), SHARES) == [CheckResult.PASSED, CheckResult.FAILED]
