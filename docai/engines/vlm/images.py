"""Images as they are sent: type, base64, data URL; and whether one prompt may show all of its images as planned."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from docai.domain.generations import ShownImage
from docai.domain.sights import Sight
from docai.engines.vlm.wire import REFUSED, TOO_SMALL, refused
from docai.errors import PageTooLarge
from docai.protocols import ImageRule

_TYPES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def media_type(content: bytes) -> str:
    """The type of a PNG or JPEG file.

    Raises:
        Trouble: it is neither.
    """
    for magic, name in _TYPES:
        if content.startswith(magic):
            return name
    raise refused(REFUSED, "An image is neither PNG nor JPEG.")


def encoded(content: bytes) -> str:
    """Base64, as JSON carries bytes."""
    return base64.b64encode(content).decode("ascii")


def data_url(content: bytes) -> str:
    """The image itself as an address: servers are never made to fetch anything."""
    return f"data:{media_type(content)};base64,{encoded(content)}"


def common_processor(images: Sequence[ShownImage], rule: ImageRule) -> dict[str, Any]:
    """What the image processor is told for a whole prompt, so that it sees each image as planned.

    Servers take one such setting for all images of a request. Where plans differ in it, the largest budget among them
    serves all, if each image is then still seen in the planned size.

    Raises:
        Trouble: no one setting does; the images must be shown in prompts of their own.
    """
    told = [image.plan.sight.processor for image in images]
    if all(settings == told[0] for settings in told[1:]):
        return dict(told[0]) if told else {}
    most = max(image.plan.sight.visual_tokens for image in images)
    sights = [_seen(rule, image.plan.sight, most) for image in images]
    if None not in sights and all(sight == sights[0] for sight in sights[1:]):
        return dict(sights[0] or {})
    raise refused(TOO_SMALL, "The images of this prompt need different image settings, and a request has but one.")


def _seen(rule: ImageRule, planned: Sight, max_visual_tokens: int) -> dict[str, Any] | None:
    """The processor's settings for a budget; None where it would see the image in another size than planned."""
    try:
        sight = rule.see(planned.image_width_px, planned.image_height_px, max_visual_tokens=max_visual_tokens)
    except PageTooLarge:
        return None
    is_same = (sight.seen_width_px, sight.seen_height_px) == (planned.seen_width_px, planned.seen_height_px)
    return sight.processor if is_same else None
