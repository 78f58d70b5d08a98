"""Our arithmetic of patches against what the libraries' image processors really do, on pages of any size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import even_cells
from docai.engines.embedder import grids

SIDES = st.integers(min_value=8, max_value=900)


def blank(width: int, height: int) -> torch.Tensor:
    return torch.zeros(3, height, width, dtype=torch.uint8)


@pytest.mark.parametrize("patch", [14, 16])
@settings(deadline=None, max_examples=60)
@given(width=SIDES, height=SIDES, tokens=st.integers(min_value=4, max_value=40))
def test_a_page_in_its_own_shape_has_the_grid_its_processor_makes(
    patch: int, width: int, height: int, tokens: int
) -> None:
    cell = 2 * patch
    least, most = 4 * cell * cell, tokens * cell * cell
    processor = transformers.Qwen2VLImageProcessor(
        patch_size=patch, size={"shortest_edge": least, "longest_edge": most}
    )
    made = processor([blank(width, height)], return_tensors="pt", do_rescale=False, do_normalize=False)
    grid = grids.native(width, height, cell_px=cell, min_pixels=least, max_pixels=most)
    assert made["image_grid_thw"].tolist() == [[1, 2 * grid.rows, 2 * grid.columns]]


@settings(deadline=None, max_examples=80)
@given(width=SIDES, height=SIDES, tiles=st.integers(min_value=1, max_value=4))
def test_a_page_in_tiles_has_the_rows_and_columns_its_processor_makes(width: int, height: int, tiles: int) -> None:
    tile = 32
    processor = transformers.Idefics3ImageProcessor(
        size={"longest_edge": tile * tiles}, max_image_size={"longest_edge": tile}
    )
    made = processor([[blank(width, height)]], return_tensors="pt", return_row_col_info=True)
    grid = grids.tiled(width, height, longest_px=tile * tiles, tile_px=tile, side=8)
    rows, columns = made["rows"][0][0], made["cols"][0][0]
    if rows == columns == 0:
        assert grid == grids.square(8)
    else:
        assert (grid.tile_rows, grid.tile_columns) == (rows, columns)
    assert grid.tokens == 64 * made["pixel_values"].shape[1]


@settings(deadline=None, max_examples=20)
@given(width=st.integers(100, 500), height=st.integers(100, 500), x=st.floats(0, 0.99), y=st.floats(0, 0.99))
def test_the_tile_of_a_patch_shows_its_part_of_the_page(width: int, height: int, x: float, y: float) -> None:
    """A page dark in one of its cells: the tile in which the cell's token is sees the dark, at the token's place."""
    tile, side = 32, 4
    processor = transformers.Idefics3ImageProcessor(size={"longest_edge": 64}, max_image_size={"longest_edge": tile})
    grid = grids.tiled(width, height, longest_px=64, tile_px=tile, side=side)
    row, column = int(y * grid.rows), int(x * grid.columns)
    box = even_cells(grid.rows, grid.columns)[row * grid.columns + column]
    image = torch.full((3, height, width), 255, dtype=torch.uint8)
    left, top, right, bottom = box.to_pixels(width, height)
    image[:, top:bottom, left:right] = 0
    pixels = processor([[image]], return_tensors="pt", do_normalize=False)["pixel_values"][0].mean(dim=1)
    darkness = 1 - pixels.reshape(-1, side, tile // side, side, tile // side).mean(dim=(2, 4)).reshape(-1)
    token = int(grids.order(grid)[row * grid.columns + column])
    assert int(darkness[: grid.patches].argmax()) == token


def test_a_page_200_times_as_long_as_broad_is_the_narrowest_seen() -> None:
    processor = transformers.Qwen2VLImageProcessor(size={"shortest_edge": 784, "longest_edge": 784 * 300})
    arguments = {"cell_px": 28, "min_pixels": 784, "max_pixels": 784 * 300}
    made = processor([blank(20, 4000)], return_tensors="pt")["image_grid_thw"].tolist()
    grid = grids.native(20, 4000, **arguments)
    assert made == [[1, 2 * grid.rows, 2 * grid.columns]]
    with pytest.raises(ValueError, match="too narrow"):
        grids.native(20, 4001, **arguments)
    with pytest.raises(ValueError, match="aspect ratio"):
        processor([blank(20, 4001)], return_tensors="pt")


def test_every_image_token_is_one_cell() -> None:
    grid = grids.tiled(300, 200, longest_px=96, tile_px=32, side=8)
    assert (grid.tile_rows, grid.tile_columns) == (2, 3)
    assert np.array_equal(np.sort(grids.order(grid)), np.arange(grid.patches))
