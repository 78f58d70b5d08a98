"""Tables whose cells' boxes are the meshes of a grid, so that two ways of drawing boxes can be compared.

Data sets draw a cell's box around its text and leave blank cells without one; readers draw it from line to line. Here
each boundary runs in the middle of the gap between the boxes of two neighbouring rows or columns, and the outer ones
along the outermost boxes, as in the grid cells of PubTables-1M (B. Smock, R. Pesala, R. Abraham, CVPR 2022). Boxes that
are meshes already stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from docai.domain.geometry import Box
from docai.domain.tables import Table


def with_regions(table: Table) -> Table | None:
    """The table with a mesh of the grid for the box of each cell; None where a row or column has no box to go by.

    Only boxes of cells that do not span rows tell where a row is, and the same for columns.
    """
    rows: list[list[tuple[float, float]]] = [[] for _ in range(table.n_rows)]
    cols: list[list[tuple[float, float]]] = [[] for _ in range(table.n_cols)]
    for cell in table.cells:
        if cell.box is not None and cell.row_span == 1:
            rows[cell.row].append((cell.box.y0, cell.box.y1))
        if cell.box is not None and cell.col_span == 1:
            cols[cell.col].append((cell.box.x0, cell.box.x1))
    if not table.cells or not all(rows) or not all(cols):
        return None
    across, down = _edges(rows), _edges(cols)
    cells = (
        cell.model_copy(
            update={
                "box": Box(
                    x0=down[cell.col],
                    y0=across[cell.row],
                    x1=down[cell.col + cell.col_span],
                    y1=across[cell.row + cell.row_span],
                )
            }
        )
        for cell in table.cells
    )
    return table.model_copy(update={"cells": tuple(cells)})


def _edges(lines: Sequence[Sequence[tuple[float, float]]]) -> list[float]:
    """Where rows or columns begin and end, ascending: one more than there are lines."""
    extents = [(min(start for start, _ in line), max(end for _, end in line)) for line in lines]
    inner = [(before[1] + after[0]) / 2 for before, after in pairwise(extents)]
    return list(accumulate((extents[0][0], *inner, extents[-1][1]), max))
