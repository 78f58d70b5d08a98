"""An image within a budget of visual tokens that somebody set: for measuring what a budget costs, never for reading.

The fidelity rule asks how many tokens print needs. Here it is the other way round: so many tokens are given, and what
print becomes of it is measured.
"""

from __future__ import annotations

import math

from docai.domain.sights import Sight
from docai.errors import TokenBudgetExceeded
from docai.protocols.generating import ImageRule

_TRIED_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Models round to whole tokens and tiles: told a budget, some take more."""


def within_budget(rule: ImageRule, width_px: int, height_px: int, budget: int) -> Sight:
    """The image whole with at most so many visual tokens, as near to them as the model comes.

    Args:
        rule: how the model sees images.
        width_px: of the image.
        height_px: likewise.
        budget: most visual tokens, at least 1.

    Raises:
        TokenBudgetExceeded: whatever the model is told, it takes more.
        PageTooLarge: it does not take an image of this shape.
    """
    for share in _TRIED_SHARES:
        told = rule.see(width_px, height_px, max_visual_tokens=max(1, round(budget * share)))
        if told.visual_tokens <= budget:
            return told
    raise TokenBudgetExceeded(
        f"{rule.name} takes {told.visual_tokens:,} visual tokens for an image of {width_px} x {height_px} pixels, and "
        f"cannot be told to take at most {budget:,}.",
        model=rule.name,
        tokens=told.visual_tokens,
        budget=budget,
    )


def share_of_budget(budget: int, area: float) -> int:
    """What of a page's budget a part of it gets that has this share of its area, 0 to 1; at least 1."""
    return max(1, math.floor(budget * min(1.0, area)))
