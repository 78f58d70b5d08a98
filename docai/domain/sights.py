"""Sight and TokenPlan: how a vision-language model sees one image, and what that costs; numbers only."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import Box


class Connector(StrEnum):
    """What stands between the patches of an image and the language model's tokens."""

    RAW = "raw"
    """One token per patch."""
    MERGED = "merged"
    """A learned layer joins k x k neighbouring patches into one token; it was trained so, and it sees all of them."""
    CROSS_ATTENTION = "cross_attention"
    """The language model attends to every patch; none of them is a token of the prompt."""
    ENCODER_DECODER = "encoder_decoder"
    """The decoder attends to what the image encoder gives; there is no prompt of image tokens."""
    RESAMPLED = "resampled"
    """A fixed number of latents stands for the image whatever its size (Q-Former, Perceiver): small print is lost."""
    POOLED = "pooled"
    """Patches are averaged, interpolated or dropped when the model is used, not by how it was trained."""


class Purpose(StrEnum):
    """What an image is looked at for; what pools may only classify pages and describe pictures."""

    LAYOUT = "layout"
    TEXT = "text"
    TABLE = "table"
    CHART = "chart"
    FORMULA = "formula"
    QUESTION = "question"
    PICTURE = "picture"
    """A photograph or drawing to be described."""
    CLASSIFICATION = "classification"


class Tile(BaseModel):
    """A piece of the image that the model's encoder sees as one picture."""

    model_config = ConfigDict(frozen=True)

    box: Box
    """Where it lies on the image, in fractions of it."""
    width_px: int
    height_px: int
    """Pixels that the encoder gets of it, padding included."""
    is_overview: bool = False
    """The whole image once more, at low resolution."""


class Sight(BaseModel):
    """What a model makes of one image, before any pixel is touched."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Name of its rule; see `docai.patches.models`."""
    image_width_px: int
    image_height_px: int
    seen_width_px: float
    seen_height_px: float
    """Pixels that the whole image has at the finest resolution at which the encoder sees it, padding not counted."""
    tiles: tuple[Tile, ...]
    patch_px: int
    """Side of a patch."""
    n_patches: int
    """Patches over all tiles, before merging."""
    merge_factor: float
    """Patches per token: 1 where each is a token, 4 where 2 x 2 are merged."""
    visual_tokens: int
    """What of the image the language model attends to: tokens of the prompt, or states of cross attention."""
    prompt_tokens: int
    """Positions that the image takes in the prompt: its tokens with those that frame rows, tiles and the image."""
    connector: Connector
    cut_share: float = 0.0
    """Share of the image's area that the model's own preprocessing cuts away."""
    processor: dict[str, Any] = {}
    """What the model's image processor must be told to see it so, besides its own settings, such as a pixel budget."""

    @property
    def scale(self) -> float:
        """Seen pixels per pixel of the image, along the axis that loses more; above 1 where it is enlarged."""
        return min(self.seen_width_px / self.image_width_px, self.seen_height_px / self.image_height_px)


class TokenPlan(BaseModel):
    """How one image, a page or a region of it, is shown to a model; kept with every result."""

    model_config = ConfigDict(frozen=True)

    purpose: Purpose
    region: Box | None = None
    """The part of the page that is shown; None for all of it."""
    sight: Sight
    dpi: float
    """Resolution of the image given."""
    effective_dpi: float
    """Resolution after the model's own resize, along the axis that loses more; never above `dpi`."""
    floor_dpi: float
    """The least that the fidelity rule asks for here."""
    print_em_px: float | None
    """Pixels in an em of the smallest print as the model sees it; None where the print is unknown."""
    context_tokens: int = 0
    """Prompt with image and output, at most."""
    kv_bytes: int = 0
    """Memory of keys and values for `context_tokens`; 0 where the model's shape is unknown."""
    prefill_flops: float = 0.0
    """Floating-point operations before the first token of output; 0 where the model's shape is unknown."""
