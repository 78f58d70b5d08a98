"""A grid in which every position belongs to exactly one cell."""

import pytest
from pydantic import ValidationError

from docai.domain.tables import Cell, Table


def test_spans_that_tile_are_a_table_and_each_position_finds_its_cell() -> None:
    wide, a, b = Cell(row=0, col=0, col_span=2, text="both"), Cell(row=1, col=0), Cell(row=1, col=1)
    table = Table(n_rows=2, n_cols=2, cells=(wide, a, b))
    assert table.at(0, 1) is table.at(0, 0)
    assert table.at(1, 1).col == 1
    with pytest.raises(KeyError):
        table.at(2, 0)


@pytest.mark.parametrize(
    "cells",
    [
        (Cell(row=0, col=0),),
        (Cell(row=0, col=0, col_span=2), Cell(row=0, col=1)),
        (Cell(row=0, col=0, col_span=3),),
        (Cell(row=0, col=0, row_span=0), Cell(row=0, col=0), Cell(row=0, col=1)),
    ],
)
def test_a_gap_an_overlap_or_an_overhang_is_refused(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(ValidationError):
        Table(n_rows=1, n_cols=2, cells=cells)
