"""Columns of numbers: what in them is no number, and what has another unit."""

from __future__ import annotations

import pytest

from docai.checks.cell_grid import CellGrid
from docai.checks.table_columns import check_columns
from docai.domain.checks import CheckName, CheckResult
from tests.unit.checks.printed_tables import cells, grid_of, results

NUMERIC, UNITS = CheckName.NUMERIC_COLUMN, CheckName.UNITS


def column(*values: str) -> CellGrid:
    return grid_of([["", "Value"], *([f"row {'abcdefghijk'[n]}", value] for n, value in enumerate(values))])


def test_numbers_alone_pass() -> None:
    assert results(check_columns(0, column("12", "1,204", "33.5", "(7)")), NUMERIC) == [CheckResult.PASSED]


@pytest.mark.parametrize("text", ["1O5", "l2", "4S.2", "1,2,04"])
def test_what_would_be_a_number_but_for_a_letter_or_mark_is_named(text: str) -> None:
    checks = check_columns(0, column("12", "104", "33", "77", text))
    assert cells(checks, NUMERIC, CheckResult.FAILED) == [(5, 1)]


def test_words_among_numbers_are_told_and_left_open() -> None:
    checks = check_columns(0, column("12", "104", "33", "77", "see note"))
    assert cells(checks, NUMERIC, CheckResult.UNDECIDED) == [(5, 1)]


@pytest.mark.parametrize("text", ["-", "n/a", "..", "*", "", ":", "\u2014"])
def test_what_usually_stands_for_no_figure_is_none_of_them(text: str) -> None:
    assert results(check_columns(0, column("12", "104", "33", "77", text)), NUMERIC) == [CheckResult.PASSED]


def test_a_column_of_words_is_no_column_of_numbers() -> None:
    assert check_columns(0, column("red", "12", "blue", "green", "lilac")) == []


def test_another_unit_is_named() -> None:
    checks = check_columns(0, column("12 %", "10.4 %", "33 %", "77 %", "9 kg", "5"))
    assert cells(checks, UNITS, CheckResult.FAILED) == [(5, 1)]
    checks = check_columns(0, column("$12", "104", "33", "$77", "5"))
    assert results(checks, UNITS) == []


def test_a_list_of_properties_has_many_units() -> None:
    assert results(check_columns(0, column("12 kg", "10 mm", "33 %", "77 W", "9 kg")), UNITS) == []
