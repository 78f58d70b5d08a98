"""Rules of models that keep the shape of the page: Qwen-VL and its kin, and Pixtral and its kin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from docai.domain.sights import Connector, Sight
from docai.errors import PageTooLarge
from docai.patches.rule import check_shape, whole

MAX_ASPECT = 200
"""Longer side over shorter that `smart_resize` takes; transformers `models/qwen2_vl/image_processing_qwen2_vl.py`."""


class SmallSides(StrEnum):
    """What is done first with an image that has a side shorter than a token."""

    KEEP = "keep"
    """Nothing: Qwen-VL."""
    SCALE_TRUNCATED = "scale_truncated"
    """It is enlarged until the side is as long as a token, cut to whole pixels: GLM-4.6V, GLM-OCR."""
    SCALE_ROUNDED = "scale_rounded"
    """The same, side by side and rounded: PaddleOCR-VL."""


@dataclass(frozen=True)
class SmartResize:
    """Both sides are rounded to whole tokens, the area is brought within a budget; merge x merge patches are a token.

    From transformers `smart_resize` in `models/qwen2_vl/image_processing_qwen2_vl.py`,
    `models/glm46v/image_processing_glm46v.py` and `models/paddleocr_vl/image_processing_paddleocr_vl.py`.

    Attributes:
        patch: side of a patch, pixels.
        merge: patches along the side of a token.
        min_pixels: smaller images are enlarged to this area.
        max_pixels: larger images are reduced to this area.
        frames: times that a still image counts against both limits; 2 in GLM, which counts it as a pair of frames.
        small_sides: what is done with an image narrower than a token.
        wrappers: tokens before and after the image that the chat template writes.
    """

    patch: int = 14
    merge: int = 2
    min_pixels: int = 56 * 56
    max_pixels: int = 12_845_056
    frames: int = 1
    small_sides: SmallSides = SmallSides.KEEP
    wrappers: int = 2

    @property
    def connector(self) -> Connector:
        """Merged, or raw where a token is one patch."""
        return Connector.MERGED if self.merge > 1 else Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `size`."""
        check_shape(width_px, height_px)
        low, high = self.min_pixels, self.max_pixels
        a_token = (self.patch * self.merge) ** 2
        if max_visual_tokens is not None:
            high = self.frames * max_visual_tokens * a_token
            low = min(low, high)
        seen_width, seen_height = self.resized(width_px, height_px, low, high)
        if max_visual_tokens is not None and seen_width * seen_height > max_visual_tokens * a_token:
            # Small images are enlarged to whole tokens, rounded up, and may so pass the budget.
            low = a_token
            seen_width, seen_height = self.resized(width_px, height_px, low, high)
        n_patches = (seen_width // self.patch) * (seen_height // self.patch)
        tokens = n_patches // self.merge**2
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen_width,
            seen_height_px=seen_height,
            tiles=(whole(seen_width, seen_height),),
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=float(self.merge**2),
            visual_tokens=tokens,
            prompt_tokens=tokens + self.wrappers,
            connector=self.connector,
            processor={"size": {"shortest_edge": low, "longest_edge": high}},
        )

    def resized(self, width: int, height: int, min_pixels: int, max_pixels: int) -> tuple[int, int]:
        """Width and height, whole tokens each, to which an image is resized.

        Raises:
            PageTooLarge: it is longer than 200 times its breadth.
        """
        factor = self.patch * self.merge
        width, height = self._lengthened(width, height, factor)
        check_shape(width, height, MAX_ASPECT)
        new_width, new_height = round(width / factor) * factor, round(height / factor) * factor
        area = self.frames * new_width * new_height
        if area > max_pixels:
            shrink = math.sqrt(self.frames * width * height / max_pixels)
            new_width = max(factor, math.floor(width / shrink / factor) * factor)
            new_height = max(factor, math.floor(height / shrink / factor) * factor)
        elif area < min_pixels:
            grow = math.sqrt(min_pixels / (self.frames * width * height))
            new_width = math.ceil(width * grow / factor) * factor
            new_height = math.ceil(height * grow / factor) * factor
        return new_width, new_height

    def _lengthened(self, width: int, height: int, factor: int) -> tuple[int, int]:
        if self.small_sides is SmallSides.SCALE_TRUNCATED and min(width, height) < factor:
            scale = max(factor / height, factor / width)
            return int(width * scale), int(height * scale)
        if self.small_sides is SmallSides.SCALE_ROUNDED:
            if height < factor:
                width, height = round((width * factor) / height), factor
            if width < factor:
                width, height = factor, round((height * factor) / width)
        return width, height


@dataclass(frozen=True)
class FitLongest:
    """The image is reduced until its longer side fits, never enlarged; its sides are rounded up to whole tokens.

    From transformers `models/pixtral/image_processing_pixtral.py` (`get_resize_output_image_size`) and
    `models/pixtral/processing_pixtral.py` (`replace_image_token`); without tokens between the rows
    `models/lighton_ocr/processing_lighton_ocr.py`.

    Attributes:
        longest: longest side, pixels.
        patch: side of a patch, pixels.
        merge: patches along the side of a token.
        has_breaks: whether a token ends each row of the image.
        aligns: whether the processor must be told to round to tokens: LightOnOCR's rounds to patches, and its merger
            then drops an odd last row or column of them.
        max_longest: the longest side for which the tower has positions: more cannot be asked for.
    """

    longest: int = 1024
    patch: int = 16
    merge: int = 1
    has_breaks: bool = True
    aligns: bool = False
    max_longest: int = 1024

    @property
    def connector(self) -> Connector:
        """Merged, or raw where a token is one patch."""
        return Connector.MERGED if self.merge > 1 else Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; the budget is given to the processor as `size`."""
        check_shape(width_px, height_px)
        longest = self.longest
        if max_visual_tokens is not None:
            longest = self._longest_within(width_px, height_px, max_visual_tokens)
        columns, rows = self._grid(width_px, height_px, longest)
        if columns < 1 or rows < 1:
            raise PageTooLarge(
                f"an image of {width_px} x {height_px} pixels would have no rows or columns left after the model's own "
                "resize: cut it into pieces"
            )
        side = self.patch * self.merge
        seen_width, seen_height = columns * side, rows * side
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen_width,
            seen_height_px=seen_height,
            tiles=(whole(seen_width, seen_height),),
            patch_px=self.patch,
            n_patches=columns * rows * self.merge**2,
            merge_factor=float(self.merge**2),
            visual_tokens=columns * rows,
            prompt_tokens=columns * rows + (rows if self.has_breaks else 0),
            connector=self.connector,
            processor=self._told(longest),
        )

    def _told(self, longest: int) -> dict[str, Any]:
        told: dict[str, Any] = {"size": {"longest_edge": longest}}
        if self.aligns:
            side = self.patch * self.merge
            told["patch_size"] = {"height": side, "width": side}
        return told

    def _longest_within(self, width: int, height: int, max_tokens: int) -> int:
        low, high = 1, self.max_longest
        while low < high:
            middle = (low + high + 1) // 2
            columns, rows = self._grid(width, height, middle)
            low, high = (middle, high) if columns * rows <= max_tokens else (low, middle - 1)
        return low

    def _grid(self, width: int, height: int, longest: int) -> tuple[int, int]:
        side = self.patch * self.merge
        ratio = max(height / longest, width / longest)
        if ratio > 1:
            width, height = math.floor(width / ratio), math.floor(height / ratio)
        return (width - 1) // side + 1, (height - 1) // side + 1
