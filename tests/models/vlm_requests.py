"""Requests to a local model, planned by its own rule."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from docai.domain.generations import Decoding, GenerationRequest, ShownImage
from docai.domain.sights import Purpose, TokenPlan
from docai.protocols import ImageRule


def drawn(text: str, width_px: int = 120, height_px: int = 90) -> bytes:
    """A small image with a few words, as a PNG file."""
    image = Image.new("RGB", (width_px, height_px), "white")
    ImageDraw.Draw(image).text((4, height_px // 3), text, fill="black", font=ImageFont.load_default(24))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def shown(
    rule: ImageRule, content: bytes, label: str | None = None, max_visual_tokens: int | None = None
) -> ShownImage:
    """An image as the model sees it."""
    with Image.open(io.BytesIO(content)) as image:
        sight = rule.see(*image.size, max_visual_tokens=max_visual_tokens)
    plan = TokenPlan(
        purpose=Purpose.TEXT, sight=sight, dpi=150, effective_dpi=150 * sight.scale, floor_dpi=0, print_em_px=None
    )
    return ShownImage(content, plan, label=label)


def request(
    rule: ImageRule,
    *images: bytes,
    prompt: str = "Read.",
    system: str | None = None,
    schema: Mapping[str, Any] | None = None,
    **decoding: Any,
) -> GenerationRequest:
    """A prompt about images; `decoding` as in Decoding, six tokens unless said otherwise."""
    return GenerationRequest(
        images=tuple(shown(rule, image) for image in images),
        prompt=prompt,
        system=system,
        schema=schema,
        decoding=Decoding(**{"max_tokens": 6, **decoding}),
    )
