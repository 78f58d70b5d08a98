"""Rules of models that stretch the image over the grid of tiles nearest to its shape: InternVL and DeepSeek-OCR."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from docai.domain.sights import Connector, Sight, Tile
from docai.patches.rule import check_shape, grid_tiles, overview, whole


@lru_cache(maxsize=64)
def _grids(least: int, most: int, max_side: int) -> tuple[tuple[int, int], ...]:
    side = min(most, max_side)
    grids = [(c, r) for c in range(1, side + 1) for r in range(1, side + 1) if least <= c * r <= most]
    return tuple(sorted(grids, key=lambda grid: grid[0] * grid[1]))


def nearest_grid(
    width: int, height: int, *, tile: int, least: int, most: int, max_side: int = 1 << 16
) -> tuple[int, int]:
    """Columns and rows of the grid whose shape is nearest to the image's.

    Of several of one shape the larger is taken while the image has more than half of its pixels. From transformers
    `get_optimal_tiled_canvas` in `models/got_ocr2/image_processing_got_ocr2.py`, and the same in
    `models/granite_docling/modular_granite_docling.py` with at most 16 tiles a side.

    Args:
        width: the image's width, pixels.
        height: the image's height, pixels.
        tile: side of a tile, pixels.
        least: fewest tiles.
        most: most tiles.
        max_side: most tiles a side.
    """
    aspect, area = width / height, width * height
    best, nearest = (1, 1), math.inf
    for columns, rows in _grids(least, most, max_side):
        distance = abs(aspect - columns / rows)
        if distance < nearest:
            best, nearest = (columns, rows), distance
        elif distance == nearest and area > 0.5 * tile * tile * columns * rows:
            best = (columns, rows)
    return best


@dataclass(frozen=True)
class InternVLTiles:
    """Tiles on the nearest grid, an overview where there is more than one; a fixed number of tokens each.

    Wrapped in a token before and one after. From transformers `models/got_ocr2/image_processing_got_ocr2.py`
    (`crop_image_to_patches`) and `models/internvl/processing_internvl.py` (`replace_image_token`).

    Attributes:
        tile: side of a tile, pixels.
        patch: side of a patch, pixels.
        merge: patches along the side of a token (pixel shuffle).
        least: fewest tiles.
        most: most tiles, by the checkpoint's own settings.
        ceiling: most tiles that may be asked for.
    """

    tile: int = 448
    patch: int = 14
    merge: int = 2
    least: int = 1
    most: int = 12
    ceiling: int = 40
    """InternVL 1.5 was trained with 12 tiles at most and tested with up to 40 (Chen et al., How Far Are We to GPT-4V?,
    section 3.1)."""

    @property
    def connector(self) -> Connector:
        """Merged."""
        return Connector.MERGED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `max_patches`."""
        check_shape(width_px, height_px)
        a_tile = (self.tile // self.patch // self.merge) ** 2
        most = self.most
        if max_visual_tokens is not None:
            # The overview comes on top where there are two tiles or more.
            most = max(self.least, min(self.ceiling, max_visual_tokens // a_tile - 1))
        columns, rows = nearest_grid(width_px, height_px, tile=self.tile, least=self.least, most=most)
        tiles: tuple[Tile, ...] = grid_tiles(columns, rows, self.tile, self.tile)
        if len(tiles) > 1:
            tiles += (overview(self.tile, self.tile),)
        tokens = a_tile * len(tiles)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=columns * self.tile,
            seen_height_px=rows * self.tile,
            tiles=tiles,
            patch_px=self.patch,
            n_patches=tokens * self.merge**2,
            merge_factor=float(self.merge**2),
            visual_tokens=tokens,
            prompt_tokens=tokens + 2,
            connector=self.connector,
            processor={"crop_to_patches": True, "min_patches": self.least, "max_patches": most},
        )


@dataclass(frozen=True)
class DeepSeekTiles:
    """An overview padded to a square, and tiles on the nearest grid where the image is larger than one.

    16 x 16 patches of 16 pixels become 4 x 4 tokens. From transformers
    `models/deepseek_ocr2/processing_deepseek_ocr2.py`, `models/unlimited_ocr/processing_unlimited_ocr.py`, and vLLM
    `model_executor/models/deepseek_ocr.py` for the first DeepSeek-OCR, which has the grid of Unlimited-OCR.

    Attributes:
        tile: side of a tile, pixels.
        most: most tiles.
        has_newlines: whether a token ends each row of overview and tiles: all but DeepSeek-OCR-2.
        least: fewest tiles, where there are any.
        base: side of the overview, pixels.
    """

    tile: int
    most: int
    has_newlines: bool
    least: int = 2
    base: int = 1024
    patch: int = 16
    downsample: int = 4
    """Patches along the side of a token."""

    @property
    def connector(self) -> Connector:
        """Merged: a learned convolution, 16 patches to a token."""
        return Connector.MERGED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `max_patches`, and never raises it."""
        check_shape(width_px, height_px)
        base, side = (math.ceil(px // self.patch / self.downsample) for px in (self.base, self.tile))
        newline = 1 if self.has_newlines else 0
        tokens = base * (base + newline) + 1
        most = self.most
        if max_visual_tokens is not None:
            most = max(self.least, min(most, (max_visual_tokens - tokens) // (side * (side + newline))))
        tiles: tuple[Tile, ...] = ()
        if max(width_px, height_px) > self.tile:
            columns, rows = nearest_grid(width_px, height_px, tile=self.tile, least=self.least, most=most)
            tiles = grid_tiles(columns, rows, self.tile, self.tile)
            tokens += rows * side * (columns * side + newline)
            seen = (columns * self.tile, rows * self.tile)
            shown = (*tiles, overview(self.base, self.base))
        else:
            scale = self.base / max(width_px, height_px)
            seen = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
            shown = (whole(self.base, self.base),)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen[0],
            seen_height_px=seen[1],
            tiles=shown,
            patch_px=self.patch,
            n_patches=(self.base // self.patch) ** 2 + len(tiles) * (self.tile // self.patch) ** 2,
            merge_factor=float(self.downsample**2),
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
            processor={"crop_to_patches": True, "min_patches": self.least, "max_patches": most},
        )
