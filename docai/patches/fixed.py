"""Rules of models that see one picture of one size: squashed, cropped or padded to it."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Sight, Tile
from docai.patches.rule import WHOLE, check_shape, whole


@dataclass(frozen=True)
class Squashed:
    """The image is resized to one size, its shape is lost; no budget can be told.

    SigLIP's, BLIP's and LayoutLMv3's image processors do so, and IDEFICS's.

    Attributes:
        width: pixels that the encoder sees.
        height: likewise.
        patch: side of a patch, pixels.
        tokens: what of the image the language model attends to.
        joined_by: what stands between patches and language model.
        framing: tokens of the prompt besides, such as those around the image.
    """

    width: int
    height: int
    patch: int
    tokens: int
    joined_by: Connector = Connector.RAW
    framing: int = 0

    @property
    def connector(self) -> Connector:
        """As given."""
        return self.joined_by

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        n_patches = (self.width // self.patch) * (self.height // self.patch)
        is_latent = self.joined_by is Connector.RESAMPLED
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=self.width,
            seen_height_px=self.height,
            tiles=(whole(self.width, self.height),),
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=n_patches / self.tokens if is_latent else 1.0,
            visual_tokens=self.tokens,
            prompt_tokens=self.tokens + self.framing,
            connector=self.connector,
        )


def squashed_square(side: int, patch: int) -> Squashed:
    """A square of which every patch is a token."""
    return Squashed(side, side, patch, (side // patch) ** 2)


@dataclass(frozen=True)
class CentreSquare:
    """A square of the image's middle: the shorter side is scaled to it, what lies beyond on the longer one is cut away.

    So the image processor in LLaVA-1.5's checkpoints works (transformers `CLIPImageProcessor`); where it `pads`
    (`LlavaImageProcessor` with `do_pad`, as the model was trained), the image is made a square first and nothing is
    cut. Tokens from transformers `models/llava/processing_llava.py` (`replace_image_token`).

    Attributes:
        side: of the square, pixels.
        patch: side of a patch, pixels.
        pads: whether the image is padded to a square before.
        extra_tokens: tokens besides those of patches, such as the class token where it is kept.
    """

    side: int
    patch: int
    pads: bool = False
    extra_tokens: int = 0

    @property
    def connector(self) -> Connector:
        """Raw."""
        return Connector.RAW

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """See `Rule.see`; no budget can be told."""
        del max_visual_tokens
        check_shape(width_px, height_px)
        short, long = min(width_px, height_px), max(width_px, height_px)
        if self.pads:
            scale = self.side / long
            seen, box = (width_px * scale, height_px * scale), WHOLE
        else:
            longest = int(self.side * long / short)
            seen = (self.side, longest) if width_px <= height_px else (longest, self.side)
            box = _middle(self.side, *seen)
        n_patches = (self.side // self.patch) ** 2
        tokens = n_patches + self.extra_tokens
        return Sight(
            model=model,
            image_width_px=width_px,
            image_height_px=height_px,
            seen_width_px=seen[0],
            seen_height_px=seen[1],
            tiles=(Tile(box=box, width_px=self.side, height_px=self.side),),
            patch_px=self.patch,
            n_patches=n_patches,
            merge_factor=1.0,
            visual_tokens=tokens,
            prompt_tokens=tokens,
            connector=self.connector,
            cut_share=1.0 - box.width * box.height,
        )


def _middle(side: int, width: float, height: float) -> Box:
    # CLIP's processor starts the crop at the whole pixel below the middle.
    left, top = (width - side) // 2, (height - side) // 2
    return Box.clipped(left / width, top / height, (left + side) / width, (top + side) / height)
