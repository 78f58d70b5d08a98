"""How the image tokens of a page lie on it: pure numbers, for every way of cutting a page that the models know."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ASPECT_RATIO = 200
"""Qwen2-VL's image processor refuses pages that are longer than this many times their breadth."""

MAX_TILED_EDGE_PX = 4096
"""Idefics3's image processor makes no page larger than this before it cuts it into tiles."""


@dataclass(frozen=True, slots=True)
class PatchGrid:
    """Where the vectors of a page's image tokens stand, in the order in which the model gives them."""

    rows: int
    columns: int
    tile_rows: int = 1
    """How many tiles, one below the other, the page is cut into; a model gives tile after tile."""
    tile_columns: int = 1
    overview_side: int = 0
    """A page cut into tiles is also seen whole, as this many by this many vectors after the tiles'; 0 for none."""

    @property
    def patches(self) -> int:
        """Number of vectors in the grid."""
        return self.rows * self.columns

    @property
    def tokens(self) -> int:
        """Number of image tokens: the grid's, then the overview's."""
        return self.patches + self.overview_side**2


def order(grid: PatchGrid) -> npt.NDArray[np.intp]:
    """(rows x columns,): which image token each cell of the grid is, row by row over the whole page."""
    rows, columns = grid.rows // grid.tile_rows, grid.columns // grid.tile_columns
    tokens = np.arange(grid.patches, dtype=np.intp).reshape(grid.tile_rows, grid.tile_columns, rows, columns)
    return tokens.transpose(0, 2, 1, 3).reshape(-1)


def square(side: int) -> PatchGrid:
    """The grid of a model that squashes every page into one square (ColPali: 32 x 32; ColGemma3: 16 x 16)."""
    return PatchGrid(rows=side, columns=side)


def native(width_px: int, height_px: int, *, cell_px: int, min_pixels: int, max_pixels: int) -> PatchGrid:
    """The grid of a model that keeps the page's shape (Qwen2-VL and after), by its image processor's arithmetic.

    Args:
        width_px: The page image's width.
        height_px: The page image's height.
        cell_px: Edge of the square that one vector is of: patch size times merge size.
        min_pixels: The image is enlarged until it has this many pixels.
        max_pixels: The image is shrunk until it has at most this many pixels.

    Raises:
        ValueError: when the page is longer than MAX_ASPECT_RATIO times its breadth.
    """
    if max(width_px, height_px) > MAX_ASPECT_RATIO * min(width_px, height_px):
        raise ValueError(f"a page of {width_px} x {height_px} pixels is too narrow to be seen")
    # Python's round, half to even, is the image processor's too.
    rows, columns = round(height_px / cell_px), round(width_px / cell_px)
    cell_area, area = cell_px * cell_px, height_px * width_px
    if rows * columns * cell_area > max_pixels:
        shrink = math.sqrt(area / max_pixels)
        rows = max(1, math.floor(height_px / shrink / cell_px))
        columns = max(1, math.floor(width_px / shrink / cell_px))
    elif rows * columns * cell_area < min_pixels:
        enlarge = math.sqrt(min_pixels / area)
        rows, columns = math.ceil(height_px * enlarge / cell_px), math.ceil(width_px * enlarge / cell_px)
    return PatchGrid(rows=rows, columns=columns)


def tiled(width_px: int, height_px: int, *, longest_px: int, tile_px: int, side: int) -> PatchGrid:
    """The grid of a model that cuts the page into square tiles (Idefics3, ModernVBERT).

    Args:
        width_px: The page image's width.
        height_px: The page image's height.
        longest_px: What the page's longer edge is scaled to before it is cut.
        tile_px: Edge of a tile; the page is stretched to whole tiles.
        side: Each tile is `side` x `side` vectors, and so is the page seen whole.
    """
    width, height = _scaled(width_px, height_px, longest_px)
    width, height = _bounded(width, height)
    # As the image processor has it: first the longer edge to whole tiles, then the other one at the new scale.
    aspect = width / height
    if width >= height:
        width = math.ceil(width / tile_px) * tile_px
        height = math.ceil(int(width / aspect) / tile_px) * tile_px
    else:
        height = math.ceil(height / tile_px) * tile_px
        width = math.ceil(int(height * aspect) / tile_px) * tile_px
    tile_rows, tile_columns = max(1, height // tile_px), max(1, width // tile_px)
    if tile_rows == tile_columns == 1:
        # One tile is the page seen whole: it is not given twice.
        return square(side)
    return PatchGrid(tile_rows * side, tile_columns * side, tile_rows, tile_columns, overview_side=side)


def _scaled(width: int, height: int, longest: int) -> tuple[int, int]:
    """The longer edge made `longest`, the other one in proportion and even."""
    aspect = width / height
    if width >= height:
        return longest, max(1, _even(int(longest / aspect)))
    return max(1, _even(int(longest * aspect))), longest


def _bounded(width: int, height: int) -> tuple[int, int]:
    aspect = width / height
    if width >= height and width > MAX_TILED_EDGE_PX:
        return MAX_TILED_EDGE_PX, max(1, int(MAX_TILED_EDGE_PX / aspect))
    if height > width and height > MAX_TILED_EDGE_PX:
        return max(1, int(MAX_TILED_EDGE_PX * aspect)), MAX_TILED_EDGE_PX
    return width, height


def _even(length: int) -> int:
    return length + length % 2
