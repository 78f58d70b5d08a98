"""Expected calibration error: how far stated confidences are from the shares that are right."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

_N_BINS = 15
"""As Guo et al. 2017 have it."""


class Binning(StrEnum):
    """How confidences are grouped."""

    EQUAL_WIDTH = "equal_width"
    """Bins of the same width from 0 to 1, each with its upper edge (Guo et al., ICML 2017, equation 3)."""
    EQUAL_MASS = "equal_mass"
    """Bins of as many answers each, to one (adaptive calibration error: Nixon et al., CVPR workshops 2019); ties keep
    their order."""


def expected_calibration_error(
    confidences: Sequence[float],
    is_right: Sequence[bool],
    binning: Binning = Binning.EQUAL_WIDTH,
    n_bins: int = _N_BINS,
) -> float:
    """Mean over answers of the difference, in their bin, of mean confidence and share right; 0 (best) to 1.

    Args:
        confidences: Of each answer, 0 to 1.
        is_right: Whether each answer was right.
        binning: How confidences are grouped.
        n_bins: How many groups; those without an answer count for nothing.

    Raises:
        ValueError: when there are no answers, the lengths differ, a confidence is no share, or there is no bin.
    """
    stated, right = np.asarray(confidences, dtype=float), np.asarray(is_right, dtype=float)
    if stated.ndim != 1 or not stated.size or stated.shape != right.shape:
        raise ValueError("an error needs as many outcomes as confidences, and at least one")
    if not bool(np.all((stated >= 0) & (stated <= 1))):
        raise ValueError("a confidence is from 0 to 1")
    if n_bins < 1:
        raise ValueError("an error needs at least one bin")
    if binning is Binning.EQUAL_WIDTH:
        bins = np.clip(np.ceil(stated * n_bins).astype(int) - 1, 0, n_bins - 1)
    else:
        bins = np.empty(stated.size, dtype=int)
        bins[np.argsort(stated, kind="stable")] = np.arange(stated.size) * n_bins // stated.size
    gaps = np.bincount(bins, weights=stated - right, minlength=n_bins)
    return float(np.abs(gaps).sum() / stated.size)
