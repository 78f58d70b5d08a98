"""Rules of models that fit the image into a canvas of their own: Llama 3.2 Vision, Idefics2 and Donut."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.patches.rule import check_shape, whole


@dataclass(frozen=True)
class MllamaTiles:
    """The image is fitted into the smallest canvas of tiles that does not reduce it, or the one that reduces it least.

    The language model attends to all patches of the tiles and a class state of each; the prompt has one token. From
    transformers `models/mllama/image_processing_mllama.py` (`get_optimal_tiled_canvas`,
    `get_image_size_fit_to_canvas`); the number of tiles is part of the weights.

    Attributes:
        tile: side of a tile, pixels.
        patch: side of a patch, pixels.
        most: most tiles.
    """

    tile: int = 560
    patch: int = 14
    most: int = 4

    @property
    def connector(self) -> Connector:
        """Cross attention."""
        return Connector.CROSS_ATTENTION

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        rows, columns = self._canvas(width_px, height_px)
        seen_width, seen_height = self._fitted(width_px, height_px, columns * self.tile, rows * self.tile)
        tiles = tuple(
            Tile(
                box=Box.clipped(
                    column * self.tile / seen_width,
                    row * self.tile / seen_height,
                    (column + 1) * self.tile / seen_width,
                    (row + 1) * self.tile / seen_height,
                ),
                width_px=self.tile,
                height_px=self.tile,
            )
            for row in range(rows)
            for column in range(columns)
        )
        a_tile = (self.tile // self.patch) ** 2
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen_width,
            seen_height_px=seen_height,
            tiles=tiles,
            patch_px=self.patch,
            n_patches=len(tiles) * a_tile,
            merge_factor=1.0,
            visual_tokens=len(tiles) * (a_tile + 1),
            prompt_tokens=1,
            connector=self.connector,
        )

    def _canvas(self, width: int, height: int) -> tuple[int, int]:
        grids = [(r, c) for r in range(1, self.most + 1) for c in range(1, self.most + 1) if r * c <= self.most]
        scales = {(r, c): min(r * self.tile / height, c * self.tile / width) for r, c in grids}
        enlarging = [scale for scale in scales.values() if scale >= 1]
        chosen = min(enlarging) if enlarging else max(scales.values())
        return min((grid for grid in grids if scales[grid] == chosen), key=lambda grid: grid[0] * grid[1])

    def _fitted(self, width: int, height: int, canvas_width: int, canvas_height: int) -> tuple[int, int]:
        target_width = min(max(width, self.tile), canvas_width)
        target_height = min(max(height, self.tile), canvas_height)
        by_width, by_height = target_width / width, target_height / height
        if by_width < by_height:
            return target_width, min(int(height * by_width) or 1, target_height)
        return min(int(width * by_height) or 1, target_width), target_height


@dataclass(frozen=True)
class Idefics2Pieces:
    """The image is reduced to a longest side, never below a shortest one, and 64 latents stand for it.

    With `splits`, its four quarters come before it, each reduced by itself. From transformers
    `models/idefics2/image_processing_idefics2.py` and `models/idefics2/processing_idefics2.py`.

    Attributes:
        splits: whether the quarters are shown too.
        shortest: least pixels of a side.
        longest: most pixels of a side.
        patch: side of a patch, pixels.
        latents: latents a piece.
    """

    splits: bool = True
    shortest: int = 378
    longest: int = 980
    patch: int = 14
    latents: int = 64

    @property
    def connector(self) -> Connector:
        """Resampled."""
        return Connector.RESAMPLED

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        seen = self._resized(width_px, height_px)
        tiles: tuple[Tile, ...] = (whole(*seen),)
        if self.splits and min(width_px, height_px) > 1:
            quarters = self._quarters(width_px, height_px)
            # The upper left quarter is never the larger one: its scale is the finest that all of the image has.
            first = quarters[0]
            seen = (
                max(1, round(first.width_px / first.box.width)),
                max(1, round(first.height_px / first.box.height)),
            )
            tiles = (*quarters, tiles[0].model_copy(update={"is_overview": True}))
        n_patches = sum((tile.width_px // self.patch) * (tile.height_px // self.patch) for tile in tiles)
        tokens = self.latents * len(tiles)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen[0],
            seen_height_px=seen[1],
            tiles=tiles,
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=n_patches / tokens,
            visual_tokens=tokens,
            prompt_tokens=tokens + len(tiles) + 1,
            connector=self.connector,
        )

    def _quarters(self, width: int, height: int) -> tuple[Tile, ...]:
        across, down = (0, width // 2, width), (0, height // 2, height)
        quarters = []
        for y0, y1 in pairwise(down):
            for x0, x1 in pairwise(across):
                seen = self._resized(x1 - x0, y1 - y0)
                box = Box(x0=x0 / width, y0=y0 / height, x1=x1 / width, y1=y1 / height)
                quarters.append(Tile(box=box, width_px=seen[0], height_px=seen[1]))
        return tuple(quarters)

    def _resized(self, width: int, height: int) -> tuple[int, int]:
        aspect = width / height
        if width >= height and width > self.longest:
            width, height = self.longest, int(self.longest / aspect)
        elif height > width and height > self.longest:
            width, height = int(self.longest * aspect), self.longest
        return max(width, self.shortest), max(height, self.shortest)


@dataclass(frozen=True)
class DonutCanvas:
    """The shorter side is scaled to the canvas, the whole reduced until it fits, and padded.

    The decoder attends to one state for every 32 x 32 pixels: patches of 4 merged three times (Swin). From transformers
    `models/donut/image_processing_donut.py` (`_preprocess`).

    Attributes:
        width: of the canvas, pixels.
        height: likewise.
        aligns: whether an image that lies across the canvas is turned by 90 degrees first.
    """

    width: int = 1920
    height: int = 2560
    aligns: bool = False
    patch: int = 4
    merge: int = 8

    @property
    def connector(self) -> Connector:
        """Encoder and decoder."""
        return Connector.ENCODER_DECODER

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        is_across = (self.width < self.height and width_px > height_px) or (
            self.width > self.height and width_px < height_px
        )
        if self.aligns and is_across:
            tall, wide = self._fitted(height_px, width_px)
            seen_width, seen_height = wide, tall
        else:
            seen_width, seen_height = self._fitted(width_px, height_px)
        n_patches = (self.width // self.patch) * (self.height // self.patch)
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen_width,
            seen_height_px=seen_height,
            tiles=(whole(self.width, self.height),),
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=float(self.merge**2),
            visual_tokens=n_patches // self.merge**2,
            prompt_tokens=0,
            connector=self.connector,
        )

    def _fitted(self, width: int, height: int) -> tuple[int, int]:
        short = min(self.width, self.height)
        long = int(short * max(width, height) / min(width, height))
        width, height = (short, long) if width <= height else (long, short)
        new_width, new_height = min(width, self.width), min(height, self.height)
        if (new_width, new_height) == (width, height):
            return width, height
        if height > width:
            new_width = int(width * new_height / height)
        elif width > height:
            new_height = int(height * new_width / width)
        return max(1, new_width), max(1, new_height)
