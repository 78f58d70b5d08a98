"""What an item is worth by the primary figure, so that items can be put in order and told from one another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import fmean

from docai.evaluation.scoring.scorer import ItemScore

RIGHT = 0.5
"""At and above it an item counts as right; ANLS has the same threshold."""
_ERRORS = re.compile(r"(^|_)(cer|wer|edit|edit_distance|error|error_rate)(_ordered)?$")
"""Names of metrics of which less is better."""


def is_error(name: str) -> bool:
    """Whether less is better of this metric: rates of errors and edit distances, told by their names."""
    return _ERRORS.search(name) is not None


def item_score(score: ItemScore, primary: str) -> float | None:
    """0 to 1, more is better: the primary metric, or, where the item has none, the mean of its metrics.

    Errors count as what they leave of 1.
    None: it has no metric at all.
    """
    values = score.values
    chosen = {primary: values[primary]} if primary in values else values
    if not chosen:
        return None
    return fmean(_unit(1.0 - value if is_error(name) else value) for name, value in chosen.items())


def scored_by(scores: Iterable[ItemScore], primary: str) -> str:
    """By what items are scored, in words: the primary metric, unless it is of whole sets only."""
    return primary if any(primary in score.values for score in scores) else "mean of an item's metrics"


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
