"""RNSS: how near the numbers of a predicted data table are to the true ones, whatever they are numbers of.

F. Liu et al., "DePlot: One-shot visual language reasoning by plot-to-table translation" (Findings of ACL 2023), section
3.2, "Relative Number Set Similarity": numbers are paired one to one so that the sum of their relative errors, each at
most 1, is least; the score is `1 - sum / max(numbers of either)`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment


def rnss(prediction: Sequence[float], truth: Sequence[float], *, counts_unpaired: bool = False) -> float:
    """The similarity of two collections of numbers.

    As published, and in google-research/deplot/metrics.py, numbers that find no partner add nothing to the sum, so that
    one right number of four scores 1. That hides omissions: the paper itself puts RMS in its place.

    Args:
        prediction: Finite numbers, in any order.
        truth: Finite numbers, in any order; a 0 is met by 0 alone.
        counts_unpaired: Whether a number without a partner costs 1, which is not as published.

    Returns:
        0 to 1; 1 where both are empty, 0 where one is.

    Raises:
        ValueError: A number is not finite.
    """
    if not prediction and not truth:
        return 1.0
    if not prediction or not truth:
        return 0.0
    said, true = np.array(prediction, dtype=np.float64), np.array(truth, dtype=np.float64)
    if not (np.isfinite(said).all() and np.isfinite(true).all()):
        raise ValueError("numbers must be finite")
    with np.errstate(over="ignore"):  # what is too large is above 1 anyway
        apart = np.abs(true[:, None] - said[None, :])
        scale = np.broadcast_to(np.abs(true)[:, None], apart.shape)
        errors = np.minimum(1.0, np.divide(apart, scale, out=(apart > 0).astype(np.float64), where=scale > 0))
    cost = float(errors[linear_sum_assignment(errors)].sum())
    most, fewest = max(said.size, true.size), min(said.size, true.size)
    if counts_unpaired:
        cost += most - fewest
    return 1.0 - cost / most
