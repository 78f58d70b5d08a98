from __future__ import annotations

import numpy as np
import pytest

from docai.domain.geometry import even_cells
from docai.engines.embedder import grids


def test_rows_are_counted_down_the_page_and_columns_across() -> None:
    grid = grids.native(620, 877, cell_px=28, min_pixels=3136, max_pixels=768 * 28 * 28)
    assert (grid.rows, grid.columns) == (31, 22)
    first_of_second_row = even_cells(grid.rows, grid.columns)[grid.columns]
    assert (first_of_second_row.x0, first_of_second_row.y0) == (0.0, 1 / 31)


def test_an_a4_page_has_at_most_the_visual_tokens_asked_for() -> None:
    grid = grids.native(2480, 3508, cell_px=28, min_pixels=3136, max_pixels=768 * 28 * 28)
    assert (grid.rows, grid.columns) == (32, 23)  # 736, as published for ColQwen2


def test_tiles_are_put_together_row_by_row_over_the_whole_page() -> None:
    grid = grids.PatchGrid(rows=4, columns=4, tile_rows=2, tile_columns=2, overview_side=2)
    assert grids.order(grid).reshape(4, 4).tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    assert (grid.patches, grid.tokens) == (16, 20)


def test_a_squashed_page_keeps_its_order() -> None:
    assert np.array_equal(grids.order(grids.square(32)), np.arange(1024))


@pytest.mark.parametrize(("width", "height"), [(10, 2010), (2010, 10)])
def test_a_page_too_narrow_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="too narrow"):
        grids.native(width, height, cell_px=28, min_pixels=3136, max_pixels=784 * 768)
