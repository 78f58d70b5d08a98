"""Rules of made-up models, one of each kind, for tests of planning."""

from __future__ import annotations

import math
from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.errors import PageTooLarge

WHOLE = Box(x0=0, y0=0, x1=1, y1=1)


@dataclass(frozen=True)
class Dynamic:
    """Any size in whole tokens of 28 x 28 pixels, shrunk to a budget that it can be told."""

    name: str = "dynamic"
    connector: Connector = Connector.MERGED
    context_tokens: int = 32_768
    own_tokens: int = 1280
    token_px: int = 28

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        if max(width_px, height_px) > 200 * min(width_px, height_px):
            raise PageTooLarge("too long")
        budget = self.own_tokens if max_visual_tokens is None else max_visual_tokens
        unit = self.token_px
        columns, rows = max(1, round(width_px / unit)), max(1, round(height_px / unit))
        if columns * rows > budget:
            scale = math.sqrt(budget * unit * unit / (width_px * height_px))
            columns, rows = max(1, int(width_px * scale / unit)), max(1, int(height_px * scale / unit))
        return Sight(
            model=self.name,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=columns * unit,
            seen_height_px=rows * unit,
            tiles=(Tile(box=WHOLE, width_px=columns * unit, height_px=rows * unit),),
            patch_px=unit // 2,
            n_patches=4 * columns * rows,
            merge_factor=4,
            visual_tokens=columns * rows,
            prompt_tokens=columns * rows + 2,
            connector=self.connector,
            processor={} if max_visual_tokens is None else {"max_pixels": budget * unit * unit},
        )

    def kv_bytes(self, context_tokens: int) -> int:
        return 57_344 * context_tokens

    def prefill_flops(self, sight: Sight, text_tokens: int) -> float:
        return 13e9 * (sight.prompt_tokens + text_tokens)


@dataclass(frozen=True)
class Square:
    """Everything padded to a square and shrunk to 336 x 336 pixels; nothing can be told."""

    name: str = "square"
    connector: Connector = Connector.RAW
    context_tokens: int = 4096
    side_px: int = 336

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        scale = self.side_px / max(width_px, height_px)
        tokens = (self.side_px // 14) ** 2
        return Sight(
            model=self.name,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=width_px * scale,
            seen_height_px=height_px * scale,
            tiles=(Tile(box=WHOLE, width_px=self.side_px, height_px=self.side_px),),
            patch_px=14,
            n_patches=tokens,
            merge_factor=1,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
        )

    def kv_bytes(self, context_tokens: int) -> int:
        return 0

    def prefill_flops(self, sight: Sight, text_tokens: int) -> float:
        return 0.0
