"""Requests to vision-language models, planned by a model's real rule."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from docai.domain.generations import Decoding, GenerationRequest, ShownImage
from docai.domain.sights import Purpose, Sight, TokenPlan
from docai.patches.models import model_named
from docai.patches.vision_model import VisionModel

QWEN = "qwen2.5-vl-7b"


def rule(name: str = QWEN) -> VisionModel:
    """How a model sees."""
    return model_named(name)


def png(width: int = 280, height: int = 280) -> bytes:
    """A blank image."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(written, "png")
    return written.getvalue()


def planned(sight: Sight) -> TokenPlan:
    """A plan that takes what is seen for good enough."""
    return TokenPlan(
        purpose=Purpose.TEXT, sight=sight, dpi=200, effective_dpi=200 * sight.scale, floor_dpi=150, print_em_px=22
    )


def shown(
    width: int = 280, height: int = 280, *, model: str = QWEN, tokens: int | None = None, **rest: Any
) -> ShownImage:
    """An image as a model's rule sees it."""
    sight = rule(model).see(width, height, max_visual_tokens=tokens)
    return ShownImage(content=png(width, height), plan=planned(sight), **rest)


def ask(
    prompt: str = "What is written here?",
    *images: ShownImage,
    max_tokens: int = 64,
    decoding: Mapping[str, Any] | None = None,
    **rest: Any,
) -> GenerationRequest:
    """A question about some images, one blank one if none is given."""
    return GenerationRequest(
        images=images or (shown(),),
        prompt=prompt,
        decoding=Decoding(max_tokens=max_tokens, **(decoding or {})),
        **rest,
    )
