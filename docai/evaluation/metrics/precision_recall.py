"""Precision, recall and F1 of what is found, as sums that can be pooled over pages and documents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """How much of what was said is right, and how much of what is true was said.

    C. J. van Rijsbergen, "Information Retrieval" (1979), chapter 7. Adding two pools them: larger documents weigh more
    (micro average); for the average per document take the mean of each one's `f1`.

    Raises:
        ValueError: A count is negative, or more is right than was said or is true.
    """

    right: float
    """How much agrees: a number of pairs, or the sum of their similarities."""
    n_said: int
    n_true: int

    def __post_init__(self) -> None:
        most = min(self.n_said, self.n_true)
        if self.n_said < 0 or self.n_true < 0 or not 0.0 <= self.right <= most + 1e-6 * (1 + most):
            raise ValueError(f"{self.right} right of {self.n_said} said and {self.n_true} true")

    def __add__(self, other: PrecisionRecall) -> PrecisionRecall:
        return PrecisionRecall(self.right + other.right, self.n_said + other.n_said, self.n_true + other.n_true)

    @property
    def precision(self) -> float:
        """0 to 1; 1 where nothing was said, since nothing of it is wrong."""
        return min(1.0, self.right / self.n_said) if self.n_said else 1.0

    @property
    def recall(self) -> float:
        """0 to 1; 1 where there is nothing to be found."""
        return min(1.0, self.right / self.n_true) if self.n_true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both, 0 to 1; 1 where nothing was said and nothing is true."""
        n = self.n_said + self.n_true
        return min(1.0, 2.0 * self.right / n) if n else 1.0
