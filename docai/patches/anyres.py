"""Rules of LLaVA-NeXT and LLaVA-OneVision: an overview, and tiles on the canvas that fits the image best (AnyRes)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.errors import PageTooLarge
from docai.patches.rule import check_shape, overview

_POOLED_BEYOND = 1.1
"""Features are shrunk where their grid is wider than allowed by more than this factor."""


@dataclass(frozen=True)
class AnyRes:
    """The image is fitted into the canvas that keeps most of it, padded, and cut into tiles; tokens of padding go.

    A token ends each row of what is left. From transformers `image_processing_utils.py` (`select_best_resolution`,
    `get_patch_output_size`), `models/llava_next/processing_llava_next.py` (`_get_unpadded_features`) and
    `models/llava_onevision/processing_llava_onevision.py`, which shrinks features beyond a number of tiles by bilinear
    interpolation: what is seen so is pooled.

    Attributes:
        tile: side of a tile, pixels.
        patch: side of a patch, pixels.
        canvases: height and width of each canvas, whole tiles, in the checkpoint's order.
        max_feature_tiles: features of more tiles than this are shrunk to as many; None where they never are.
    """

    tile: int
    patch: int
    canvases: tuple[tuple[int, int], ...]
    max_feature_tiles: int | None = None

    @property
    def connector(self) -> Connector:
        """Raw; what is shrunk says so itself."""
        return Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told: the canvases are settings of model and processor alike."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        canvas_height, canvas_width = self._canvas(width_px, height_px)
        seen_width, seen_height = _fitted(width_px, height_px, canvas_width, canvas_height)
        side = self.tile // self.patch
        rows, columns = self._unpadded(width_px, height_px, canvas_width, canvas_height)
        shrink = self._shrink(rows, columns)
        is_pooled = shrink > _POOLED_BEYOND
        if is_pooled:
            rows, columns = int(rows // shrink), int(columns // shrink)
        tiles = (overview(self.tile, self.tile), *self._tiles((canvas_width, canvas_height), seen_width, seen_height))
        tokens = side**2 + rows * columns + rows
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen_width,
            seen_height_px=seen_height,
            tiles=tiles,
            patch_px=self.patch,
            n_patches=len(tiles) * side**2,
            merge_factor=shrink**2 if is_pooled else 1.0,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=Connector.POOLED if is_pooled else Connector.RAW,
        )

    def _canvas(self, width: int, height: int) -> tuple[int, int]:
        best, most, least_waste = None, 0, math.inf
        for canvas_height, canvas_width in self.canvases:
            scale = min(canvas_width / width, canvas_height / height)
            kept = min(int(width * scale) * int(height * scale), width * height)
            waste = canvas_width * canvas_height - kept
            if kept > most or (kept == most and waste < least_waste):
                best, most, least_waste = (canvas_height, canvas_width), kept, waste
        if best is None:
            raise PageTooLarge(
                f"an image of {width} x {height} pixels would have no pixels left on any canvas: cut it into pieces"
            )
        return best

    def _unpadded(self, width: int, height: int, canvas_width: int, canvas_height: int) -> tuple[int, int]:
        side = self.tile // self.patch
        rows, columns = side * (canvas_height // self.tile), side * (canvas_width // self.tile)
        if width / height > columns / rows:
            filled = int(round(height * (columns / width), 7))
            return rows - (rows - filled) // 2 * 2, columns
        filled = int(round(width * (rows / height), 7))
        return rows, columns - (columns - filled) // 2 * 2

    def _shrink(self, rows: int, columns: int) -> float:
        if self.max_feature_tiles is None:
            return 1.0
        return math.sqrt(rows * columns / (self.max_feature_tiles * (self.tile // self.patch) ** 2))

    def _tiles(self, canvas: tuple[int, int], seen_width: int, seen_height: int) -> Iterator[Tile]:
        left, top = ((whole - part) // 2 for whole, part in zip(canvas, (seen_width, seen_height), strict=True))
        for y in range(0, canvas[1], self.tile):
            for x in range(0, canvas[0], self.tile):
                box = Box.clipped(
                    (x - left) / seen_width,
                    (y - top) / seen_height,
                    (x + self.tile - left) / seen_width,
                    (y + self.tile - top) / seen_height,
                )
                yield Tile(box=box, width_px=self.tile, height_px=self.tile)


def _fitted(width: int, height: int, canvas_width: int, canvas_height: int) -> tuple[int, int]:
    by_width, by_height = canvas_width / width, canvas_height / height
    if by_width < by_height:
        return canvas_width, min(math.ceil(height * by_width), canvas_height)
    return min(math.ceil(width * by_height), canvas_width), canvas_height
