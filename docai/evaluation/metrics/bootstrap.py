"""Confidence intervals of a mean score and of the difference between two systems, by the bootstrap.

B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979): items are drawn with
replacement, as many as there are, again and again; the interval holds the middle of the means so found (percentile
method, B. Efron and R. Tibshirani, "An introduction to the bootstrap" (1993), chapter 13). Two systems are compared on
the same draws of items (P. Koehn, "Statistical significance tests for machine translation evaluation", EMNLP 2004), so
that what makes an item hard for both does not blur the difference. Shares of right and wrong have Wilson's interval in
`docai.evaluation.fault_injection.figures.Share`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_N_DRAWS = 10_000
"""At which the ends of a 95 % interval stand still to about a hundredth of its width."""
_AT_ONCE = 1_000_000
"""Items drawn at a time, 8 bytes each."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its confidence interval, in the unit of the scores."""

    mean: float
    low: float
    high: float
    n: int
    """Items."""

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference is told from none at the interval's level."""
        return self.low > 0.0 or self.high < 0.0


def bootstrap_mean(scores: Sequence[float], *, seed: int, level: float = 0.95, n_draws: int = _N_DRAWS) -> Estimate:
    """The mean of items' scores with its interval.

    Args:
        scores: One per item, finite. Items that belong together, such as questions on one document, vary less than the
            interval assumes; average them first.
        seed: Of the draws; the same seed gives the same interval.
        level: Of confidence, above 0 and below 1.
        n_draws: Draws.

    Raises:
        ValueError: There is no score, one is not finite, or `level` or `n_draws` lies outside its range.
    """
    values = np.array(scores, dtype=np.float64)
    if not values.size or not np.isfinite(values).all():
        raise ValueError("no scores, or scores that are not finite")
    if not 0.0 < level < 1.0 or n_draws < 1:
        raise ValueError(f"a level of {level} and {n_draws} draws")
    means = _means(values, np.random.default_rng(seed), n_draws)
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Estimate(float(values.mean()), float(low), float(high), values.size)


def bootstrap_difference(
    first: Sequence[float], second: Sequence[float], *, seed: int, level: float = 0.95, n_draws: int = _N_DRAWS
) -> Estimate:
    """The mean of `first` less that of `second`, with its interval; scores of one item stand at one place.

    Args:
        first: A system's scores, one per item.
        second: The other's, of the same items.
        seed: Of the draws; the same seed gives the same interval.
        level: Of confidence, above 0 and below 1.
        n_draws: Draws.

    Raises:
        ValueError: The two are not of one length; or as for `bootstrap_mean`.
    """
    differences = [one - other for one, other in zip(first, second, strict=True)]
    return bootstrap_mean(differences, seed=seed, level=level, n_draws=n_draws)


def _means(values: NDArray[np.float64], random: np.random.Generator, n_draws: int) -> NDArray[np.float64]:
    """The mean of each draw."""
    step = max(1, _AT_ONCE // values.size)
    parts = []
    for start in range(0, n_draws, step):
        drawn = random.integers(values.size, size=(min(step, n_draws - start), values.size))
        parts.append(values[drawn].mean(axis=1))
    return np.concatenate(parts)
