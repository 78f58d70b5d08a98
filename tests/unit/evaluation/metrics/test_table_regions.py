"""Meshes of a grid for boxes of cells."""

import pytest

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.table_regions import with_regions


def at(x0: float, y0: float, x1: float, y1: float) -> Box:
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def boxes(table: Table | None) -> list[tuple[float, ...]]:
    assert table is not None
    return [(c.box.x0, c.box.y0, c.box.x1, c.box.y1) for c in table.cells if c.box is not None]


def test_boundaries_run_through_the_gaps() -> None:
    cells = (
        Cell(row=0, col=0, col_span=2, box=at(0.2, 0.1, 0.8, 0.2)),
        Cell(row=1, col=0, box=at(0.1, 0.3, 0.3, 0.4)),
        Cell(row=1, col=1),
        Cell(row=2, col=0),
        Cell(row=2, col=1, box=at(0.5, 0.6, 0.9, 0.7)),
    )
    found = boxes(with_regions(Table(n_rows=3, n_cols=2, cells=cells)))
    # rows at 0.1, 0.25, 0.5 and 0.7; columns at 0.1, 0.4 and 0.9
    expected = [
        (0.1, 0.1, 0.9, 0.25),
        (0.1, 0.25, 0.4, 0.5),
        (0.4, 0.25, 0.9, 0.5),
        (0.1, 0.5, 0.4, 0.7),
        (0.4, 0.5, 0.9, 0.7),
    ]
    assert found == [pytest.approx(box) for box in expected]


def test_meshes_stay_what_they_are() -> None:
    cells = tuple(Cell(row=r, col=c, box=at(c / 2, r / 2, (c + 1) / 2, (r + 1) / 2)) for r in (0, 1) for c in (0, 1))
    table = Table(n_rows=2, n_cols=2, cells=cells)
    assert with_regions(table) == table


def test_boxes_in_disorder_still_make_a_grid() -> None:
    cells = (Cell(row=0, col=0, box=at(0.1, 0.6, 0.2, 0.9)), Cell(row=1, col=0, box=at(0.1, 0.1, 0.2, 0.2)))
    found = boxes(with_regions(Table(n_rows=2, n_cols=1, cells=cells)))
    assert found == [pytest.approx((0.1, 0.6, 0.2, 0.6)), pytest.approx((0.1, 0.6, 0.2, 0.6))]


def test_a_line_without_boxes_has_no_place() -> None:
    cells = (Cell(row=0, col=0, box=at(0.1, 0.1, 0.2, 0.2)), Cell(row=1, col=0))
    assert with_regions(Table(n_rows=2, n_cols=1, cells=cells)) is None
    assert with_regions(Table(n_rows=0, n_cols=0, cells=())) is None
