"""Rules of models whose tiles are named by row and column in the prompt: Idefics3, SmolVLM and granite-docling."""

from __future__ import annotations

import math
from dataclasses import dataclass

from docai.domain.sights import Connector, Sight, Tile
from docai.patches.canvas import nearest_grid
from docai.patches.rule import check_shape, grid_tiles, overview, whole

_MAX_IMAGE_PX = 4096
"""`MAX_IMAGE_SIZE` in transformers `models/idefics3/image_processing_idefics3.py`."""


def _framed(columns: int, rows: int, a_tile: int) -> int:
    """Prompt of a grid and its overview: a fake token and a tag before each tile, a line break after each row.

    The line break after the last row and the one before the overview are one token, as in the checkpoints' tokenizers.
    The overview has a fake token and a tag before it and a fake token after it.
    """
    return columns * rows * (a_tile + 2) + rows + a_tile + 3


@dataclass(frozen=True)
class Idefics3Tiles:
    """The image is scaled to a longest side, stretched to whole tiles, and shown once more as an overview.

    From transformers `models/idefics3/image_processing_idefics3.py` (`resize`, `resize_for_vision_encoder`,
    `split_images`, not its `get_number_of_image_patches`, which rounds differently) and
    `models/idefics3/processing_idefics3.py` (`replace_image_token`); SmolVLM's are the same.

    Attributes:
        tile: side of a tile, pixels.
        patch: side of a patch, pixels.
        merge: patches along the side of a token (pixel shuffle).
        longest: the side to which the longer one is scaled, up or down.
        max_side: most tiles a side for which the tokenizer has tags.
        splits: whether it is cut into tiles at all; False: the overview alone.
    """

    tile: int
    patch: int
    merge: int
    longest: int
    max_side: int = 6
    splits: bool = True

    @property
    def connector(self) -> Connector:
        """Merged."""
        return Connector.MERGED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `size`."""
        check_shape(width_px, height_px)
        a_tile = (self.tile // self.patch // self.merge) ** 2
        longest = self.longest
        if max_visual_tokens is not None:
            longest = self._longest_within(width_px, height_px, max_visual_tokens // a_tile)
        columns, rows = self._grid(width_px, height_px, longest)
        is_cut = columns * rows > 1
        tiles: tuple[Tile, ...] = (whole(self.tile, self.tile),)
        if is_cut:
            tiles = (*grid_tiles(columns, rows, self.tile, self.tile), overview(self.tile, self.tile))
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=columns * self.tile,
            seen_height_px=rows * self.tile,
            tiles=tiles,
            patch_px=self.patch,
            n_patches=len(tiles) * (self.tile // self.patch) ** 2,
            merge_factor=float(self.merge**2),
            visual_tokens=len(tiles) * a_tile,
            prompt_tokens=_framed(columns, rows, a_tile) if is_cut else a_tile + 3,
            connector=self.connector,
            processor={"size": {"longest_edge": longest}},
        )

    def _longest_within(self, width: int, height: int, max_tiles: int) -> int:
        for side in range(self.max_side, 1, -1):
            columns, rows = self._grid(width, height, side * self.tile)
            if columns * rows + 1 <= max_tiles:
                return side * self.tile
        return self.tile

    def _grid(self, width: int, height: int, longest: int) -> tuple[int, int]:
        if not self.splits:
            return 1, 1
        width, height = _scaled(width, height, longest)
        aspect = width / height
        if width >= height:
            columns = math.ceil(width / self.tile)
            return columns, math.ceil(int(columns * self.tile / aspect) / self.tile)
        rows = math.ceil(height / self.tile)
        return math.ceil(int(rows * self.tile * aspect) / self.tile), rows


def _scaled(width: int, height: int, longest: int) -> tuple[int, int]:
    aspect = width / height
    if width >= height:
        width, height = longest, int(longest / aspect)
        height += height % 2
    else:
        width, height = int(longest * aspect), longest
        width += width % 2
    width, height = max(width, 1), max(height, 1)
    if max(width, height) > _MAX_IMAGE_PX:
        aspect = width / height
        if width >= height:
            return _MAX_IMAGE_PX, max(int(_MAX_IMAGE_PX / aspect), 1)
        return max(int(_MAX_IMAGE_PX * aspect), 1), _MAX_IMAGE_PX
    return width, height


@dataclass(frozen=True)
class GraniteTiles:
    """Tiles on the grid nearest to the page's shape, coarse, or fine with four times the tokens.

    From transformers `models/granite_docling/modular_granite_docling.py` (`get_page_tile_grid`) and
    `models/granite_docling/processing_granite_docling.py` (`replace_image_token`). The fine route was trained with the
    coarse one; which of them is taken is told to the processor.

    Attributes:
        most: most tiles.
        is_fine: whether the fine route is taken where no budget is given.
        has_fine: whether the checkpoint has it.
        coarse: patches along the side of a token; half as many on the fine route.
        max_side: most tiles a side for which the tokenizer has tags.
    """

    most: int = 32
    is_fine: bool = False
    has_fine: bool = True
    least: int = 1
    tile: int = 512
    patch: int = 16
    coarse: int = 4
    max_side: int = 16

    @property
    def connector(self) -> Connector:
        """Merged."""
        return Connector.MERGED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `fine_route` and `max_patches`.

        The fine route is taken where all tiles fit on it.
        """
        check_shape(width_px, height_px)
        is_fine, most = self.is_fine, self.most
        grid = self._grid(width_px, height_px, most)
        if max_visual_tokens is not None:
            n_tiles = grid[0] * grid[1] + (1 if grid[0] * grid[1] > 1 else 0)
            is_fine = self.has_fine and n_tiles * self._a_tile(is_fine=True) <= max_visual_tokens
            if n_tiles * self._a_tile(is_fine=is_fine) > max_visual_tokens:
                most = max(self.least, max_visual_tokens // self._a_tile(is_fine=False) - 1)
                grid = self._grid(width_px, height_px, most)
        columns, rows = grid
        merge, a_tile = (self.coarse // 2 if is_fine else self.coarse), self._a_tile(is_fine=is_fine)
        tiles: tuple[Tile, ...] = grid_tiles(columns, rows, self.tile, self.tile)
        prompt = a_tile + 3
        if len(tiles) > 1:
            tiles += (overview(self.tile, self.tile),)
            prompt = _framed(columns, rows, a_tile)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=columns * self.tile,
            seen_height_px=rows * self.tile,
            tiles=tiles,
            patch_px=self.patch,
            n_patches=len(tiles) * (self.tile // self.patch) ** 2,
            merge_factor=float(merge**2),
            visual_tokens=len(tiles) * a_tile,
            prompt_tokens=prompt,
            connector=self.connector,
            processor={"max_patches": most, "fine_route": is_fine},
        )

    def _grid(self, width: int, height: int, most: int) -> tuple[int, int]:
        return nearest_grid(width, height, tile=self.tile, least=self.least, most=most, max_side=self.max_side)

    def _a_tile(self, *, is_fine: bool) -> int:
        return (self.tile // self.patch // (self.coarse // 2 if is_fine else self.coarse)) ** 2
