"""A table as its checks see it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from docai.checks.cell_grid import CellGrid, is_absent
from docai.checks.total_labels import is_share, is_total
from docai.domain.tables import Cell, Table
from tests.unit.checks.printed_tables import grid_of


def values(*texts: str) -> list[Fraction | None]:
    grid = grid_of([["x", text] for text in texts], n_head=0)
    return [row[1].value if row[1] is not None else None for row in grid.quantities]


def test_a_mark_means_what_it_means_in_the_whole_table() -> None:
    assert values("1.234", "2.500", "3.125", "732") == [1234, 2500, 3125, 732]
    assert values("1.234", "2.5", "3.125") == [Fraction("1.234"), Fraction("2.5"), Fraction("3.125")]
    assert values("1,234", "2,5", "7") == [Fraction("1.234"), Fraction("2.5"), 7]
    assert values("1,234", "2,500", "7") == [1234, 2500, 7]


def test_headings_end_above_the_first_figures_and_years_are_none() -> None:
    grid = grid_of([["", "Sales", "Staff"], ["", "2019", "2020"], ["North", "1,204", "31"]], n_head=0)
    assert grid.n_head_rows == 2
    assert [grid.heading(1), grid.label(2), grid.label(1)] == ["Sales 2019", "North", ""]


def test_cells_that_span_have_no_number_and_stand_at_every_place() -> None:
    wide = Cell(row=0, col=0, col_span=2, text="12")
    grid = CellGrid(Table(n_rows=1, n_cols=3, cells=(wide, Cell(row=0, col=2, text="7"))), [])
    assert [quantity is None for quantity in grid.quantities[0]] == [True, True, False]
    assert grid.at[0][1] is wide


@pytest.mark.parametrize("text", ["n/a", "N.A.", "..", ":", "*", "(D)", "x", "\u2026"])
def test_figures_that_are_not_given_are_known_as_such(text: str) -> None:
    assert is_absent(text)


@pytest.mark.parametrize("text", ["12", "see note", "nine", "Nord"])
def test_other_texts_are_not(text: str) -> None:
    assert not is_absent(text)


@pytest.mark.parametrize(
    "label",
    ["Total", "Sub-total", "Grand total:", "Gesamt", "Zwischensumme", "Totaux", "Totale", "Suma", "Totaal", "I alt",
     "Yhteens\u00e4", "Razem", "\u00d6sszesen", "\u0418\u0442\u043e\u0433\u043e"],
)  # fmt: skip
def test_totals_are_known_by_name(label: str) -> None:
    assert is_total(label)


def test_what_only_begins_alike_is_no_total_and_shares_have_names_too() -> None:
    assert not is_total("Totality of the eclipse")
    assert is_share("Share of voters")
    assert is_share("%")
    assert not is_share("Shareholders")
