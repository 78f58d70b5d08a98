"""VisionModel: a named model with its rule for image tokens and, where known, its shape."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.sights import Connector, Sight
from docai.patches import shapes
from docai.patches.rule import Rule
from docai.patches.shapes import LanguageShape, VisionShape


@dataclass(frozen=True)
class VisionModel:
    """How a model sees images, and what its tokens cost; satisfies `docai.protocols.ImageRule`.

    Attributes:
        name: the name that we know it by.
        family: models of a family turn images into tokens by the same formula.
        rule: that formula with the model's own constants.
        context_tokens: the most tokens of prompt and output that it was made for.
        sources: ids on the Hugging Face hub, or names by which a provider knows it.
        language: shape of its language model; None where unknown.
        vision: shape of its vision tower; None where unknown.
    """

    name: str
    family: str
    rule: Rule
    context_tokens: int
    sources: tuple[str, ...] = ()
    language: LanguageShape | None = None
    vision: VisionShape | None = None

    @property
    def connector(self) -> Connector:
        """What stands between patches and the language model."""
        return self.rule.connector

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        """How it sees an image of this size; see `docai.protocols.ImageRule.see`.

        Raises:
            PageTooLarge: the model does not take an image of this shape.
        """
        return self.rule.see(self.name, width_px, height_px, max_visual_tokens)

    def kv_bytes(self, context_tokens: int) -> int:
        """Bytes of keys and values for so many tokens, 2 bytes a number; 0 where its shape is unknown."""
        return shapes.kv_bytes(self.language, context_tokens)

    def prefill_flops(self, sight: Sight, text_tokens: int) -> float:
        """Floating-point operations to see an image and read a prompt; 0 where its shape is unknown."""
        return shapes.prefill_flops(self.language, self.vision, sight, text_tokens)
