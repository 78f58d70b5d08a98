"""What servers and providers cannot be trusted with: budgets that they do not take, and silent downscaling."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.generations import GenerationRequest
from docai.domain.sights import Connector, Sight
from docai.engines.vlm.wire import TOO_SMALL, refused
from docai.patches.rule import Rule

_ROUNDED = 0.99
"""Sides rounded to whole patches are no downscale."""


@dataclass(frozen=True, slots=True)
class AsStarted:
    """The `Rule` of a server that takes no image settings with a request: it is told none, and sees by the model's own.

    A planner then cuts pages into regions where these do not do. If the server was started with others, it sees images
    with more or fewer tokens; fewer are found out by its usage.
    """

    rule: Rule

    @property
    def connector(self) -> Connector:
        """The rule's."""
        return self.rule.connector

    def see(self, model: str, width_px: int, height_px: int, max_visual_tokens: int | None) -> Sight:
        """How the model sees an image by its own settings, whatever budget is asked for.

        Raises:
            PageTooLarge: it takes no image of this shape.
        """
        return self.rule.see(model, width_px, height_px, None).model_copy(update={"processor": {}})


def must_not_be_downscaled(request: GenerationRequest) -> None:
    """That no image of a request would be made smaller.

    Raises:
        Trouble: one would.
    """
    for sight in (image.plan.sight for image in request.images):
        if sight.scale < _ROUNDED:
            raise refused(
                TOO_SMALL,
                f"The image of {sight.image_width_px} x {sight.image_height_px} pixels would be downscaled to "
                f"{sight.seen_width_px:.0f} x {sight.seen_height_px:.0f} by {sight.model}: show it in smaller regions.",
            )
