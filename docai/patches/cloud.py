"""Rules of providers' models as they publish them: Claude, GPT and Gemini.

What a provider would reduce is refused with `PageTooLarge`, so that no image is reduced behind the caller's back: it
is cut into pieces instead. What their encoders do inside is not published; a token is taken as the square of pixels
that it is charged for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.errors import PageTooLarge
from docai.patches.rule import check_shape, overview, whole


def _begun(columns: int, rows: int, size: tuple[float, float], side: int) -> tuple[Tile, ...]:
    """Tiles of a size in fractions of the image, row by row; those at the right and lower edges may be partly empty."""
    return tuple(
        Tile(
            box=Box.clipped(column * size[0], row * size[1], (column + 1) * size[0], (row + 1) * size[1]),
            width_px=side,
            height_px=side,
        )
        for row in range(rows)
        for column in range(columns)
    )


def _too_large(model: str, width: int, height: int, limit: str) -> PageTooLarge:
    return PageTooLarge(
        f"{model} takes images of {limit} and would reduce one of {width} x {height} pixels: show it smaller pieces",
        model=model,
        width_px=width,
        height_px=height,
    )


@dataclass(frozen=True)
class PricedPatches:
    """A token for every square of `patch` pixels that is begun, up to a budget.

    Claude: Anthropic's documentation, "Vision": 28 pixels, longest side 1,568 and 1,568 tokens, from Opus 4.7 on 2,576
    and 4,784. GPT: OpenAI's documentation, "Images and vision": 32 pixels, 1,536 patches for mini and nano models,
    2,500 at `high` and 10,000 at `original` from GPT-5.4 on. Gemini 3: Google's documentation, "Media resolution": 280,
    560, 1,120 and 2,240 tokens; how many pixels a token stands for is not published, and taken from Gemma 4, the open
    model with the same budgets: 3 x 3 patches of 16 pixels (transformers `models/gemma4/image_processing_gemma4.py`).

    Attributes:
        patch: side of a square, pixels.
        budgets: what is told to the provider, the most tokens, and the longest side in pixels; least first.
        option: name by which it is told; empty where it is not.
        charges_budget: whether the whole budget is charged for, however small the image is.
    """

    patch: int
    budgets: tuple[tuple[str, int, int], ...]
    option: str = ""
    charges_budget: bool = False

    @property
    def connector(self) -> Connector:
        """Raw, as far as is published."""
        return Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the least budget that does not reduce the image is told."""
        check_shape(width_px, height_px)
        columns, rows = -(-width_px // self.patch), -(-height_px // self.patch)
        longest = max(width_px, height_px)
        allowed = [
            level for level in self.budgets if max_visual_tokens is None or level[1] <= max_visual_tokens
        ] or self.budgets[:1]
        level = next((level for level in allowed if columns * rows <= level[1] and longest <= level[2]), None)
        if level is None:
            limit = f"at most {allowed[-1][1]:,} squares of {self.patch} pixels and {allowed[-1][2]:,} pixels a side"
            raise _too_large(model, width_px, height_px, limit)
        tokens = level[1] if self.charges_budget else columns * rows
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=width_px,
            seen_height_px=height_px,
            tiles=(whole(columns * self.patch, rows * self.patch),),
            patch_px=self.patch,
            n_patches=columns * rows,
            merge_factor=1.0,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
            processor={self.option: level[0]} if self.option else {},
        )


@dataclass(frozen=True)
class PricedTiles:
    """A number of tokens for every tile that is begun, and a number for the image.

    OpenAI's documentation, "Images and vision": tiles of 512 pixels after the image was fitted into 2,048 x 2,048
    pixels and its shorter side reduced to 768; 170 tokens a tile and 85 for the image with GPT-4o and GPT-4.1, 140 and
    70 with GPT-5.

    Attributes:
        tile: side of a tile, pixels.
        tile_tokens: tokens a tile.
        image_tokens: tokens an image.
        longest: longest side, pixels.
        max_short: the shorter side, at most.
        settings: what the provider must be told.
    """

    tile: int
    tile_tokens: int
    image_tokens: int
    longest: int
    max_short: int
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def connector(self) -> Connector:
        """Raw, as far as is published."""
        return Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        if max(width_px, height_px) > self.longest or min(width_px, height_px) > self.max_short:
            limit = f"{self.max_short:,} x {self.longest:,} pixels"
            raise _too_large(model, width_px, height_px, limit)
        columns, rows = -(-width_px // self.tile), -(-height_px // self.tile)
        tiles = _begun(columns, rows, (self.tile / width_px, self.tile / height_px), self.tile)
        tokens = columns * rows * self.tile_tokens + self.image_tokens
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=width_px,
            seen_height_px=height_px,
            tiles=(*tiles, overview(self.tile, self.tile)),
            patch_px=round(self.tile / math.sqrt(self.tile_tokens)),
            n_patches=tokens,
            merge_factor=1.0,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
            processor=dict(self.settings),
        )


@dataclass(frozen=True)
class GeminiTiles:
    """A tile where both sides are at most 384 pixels, else tiles whose side is two thirds of the shorter one.

    Each is seen at 768 x 768 pixels and charged 258 tokens. Gemini 2: Google's documentation, "Image understanding",
    which calls the formula rough.
    """

    tile: int = 768
    tile_tokens: int = 258
    one_tile_px: int = 384

    @property
    def connector(self) -> Connector:
        """Raw, as far as is published."""
        return Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        unit = max(width_px, height_px)
        if unit > self.one_tile_px:
            unit = max(1, int(min(width_px, height_px) / 1.5))
        if unit > self.tile:
            raise _too_large(model, width_px, height_px, f"a shorter side of at most {self.tile * 3 // 2:,} pixels")
        columns, rows = -(-width_px // unit), -(-height_px // unit)
        tiles = _begun(columns, rows, (unit / width_px, unit / height_px), self.tile)
        tokens = len(tiles) * self.tile_tokens
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=width_px * self.tile / unit,
            seen_height_px=height_px * self.tile / unit,
            tiles=tiles,
            patch_px=round(self.tile / math.sqrt(self.tile_tokens)),
            n_patches=tokens,
            merge_factor=1.0,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
        )
