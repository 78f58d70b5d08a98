from __future__ import annotations

import csv
from io import StringIO

import pytest

from docai.domain.tables import Cell, CellRole, Table
from docai.rendering.csv import table_csv


def rows(*cells: Cell, shape: tuple[int, int]) -> list[list[str]]:
    text = table_csv(Table(n_rows=shape[0], n_cols=shape[1], cells=cells))
    assert text.endswith("\r\n")
    return list(csv.reader(StringIO(text)))


def test_commas_quotes_and_line_ends_survive() -> None:
    text = 'one, "two"\nthree'
    assert rows(Cell(row=0, col=0, text=text), shape=(1, 1)) == [[text]]


def test_a_merged_header_stands_over_each_of_its_columns() -> None:
    found = rows(
        Cell(row=0, col=0, col_span=2, text="2025", role=CellRole.COLUMN_HEADER),
        Cell(row=1, col=0, text="1"),
        Cell(row=1, col=1, text="2"),
        shape=(2, 2),
    )
    assert found == [["2025", "2025"], ["1", "2"]]


def test_a_merged_figure_is_counted_once() -> None:
    assert rows(Cell(row=0, col=0, col_span=3, text="7"), shape=(1, 3)) == [["7", "", ""]]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "- none"])
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert rows(Cell(row=0, col=0, text=text), shape=(1, 1)) == [["'" + text]]


@pytest.mark.parametrize("text", ["-5", "+24 %", "-\N{POUND SIGN}1,204.50", "12", "", "a = b", "-.5", "-"])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert rows(Cell(row=0, col=0, text=text), shape=(1, 1)) == [[text]]
