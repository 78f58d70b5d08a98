"""Figures with their 95 % intervals, and the differences of two runs' figures with theirs, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.bootstrap import bootstrap_mean
from docai.evaluation.reporting.draws import (
    Draws,
    FiguresOf,
    drawn_figures,
    drawn_means,
    groups_of,
    plain_means,
)
from docai.evaluation.scoring.scorer import Scored

SECONDS = 10.0
"""For the draws of figures that are counted anew from each, unless it is said otherwise."""
_ENDS = (0.025, 0.975)
_MEANS = (10_000, 1_000)
"""Most and fewest draws of means."""
_DRAWN = 20_000_000
"""Groups that draws of a mean may take in all: about a second."""
_LADDER = (1_000, 500, 200, 100, 40)
"""Draws of figures that are no means: the first number that the time suffices for."""


class Figure(BaseModel):
    """A figure, with the interval that holds the middle 95 % of its draws (percentile bootstrap)."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: float
    low: float | None
    """None: there is one group only, or the time did not suffice. Never above the value: of figures that are no
    means, draws may lie to one side of it."""
    high: float | None
    n: int
    """Samples that it is of."""
    n_groups: int
    """That were drawn."""
    n_draws: int


class Difference(BaseModel):
    """A figure of two runs of the same samples, and the second less the first."""

    model_config = ConfigDict(frozen=True)

    name: str
    first: float
    second: float
    difference: Figure

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0.0 or high < 0.0)


def figure_intervals(
    scored: Sequence[Scored], figures: FiguresOf, *, seed: int, seconds: float = SECONDS
) -> tuple[Figure, ...]:
    """All figures of a set of at least one sample, in the scorer's order.

    Args:
        scored: The set, or a part of it.
        figures: The scorer's; called again for each draw unless all figures are plain means.
        seed: Of the draws; the same seed gives the same intervals, where as many draws are made.
        seconds: Which the draws of figures that are no means may take.
    """
    values = figures(scored)
    ends = _Ends([scored], figures, seed, seconds)
    return tuple(ends.figure(name, value) for name, value in values.items())


def figure_differences(
    first: Sequence[Scored], second: Sequence[Scored], figures: FiguresOf, *, seed: int, seconds: float = SECONDS
) -> tuple[Difference, ...]:
    """The second run's figures less the first's, both drawn alike; figures that one of them lacks are left out.

    Args:
        first: A run's samples, at least one.
        second: The same samples in the same order, of another run.
        figures: As for `figure_intervals`.
        seed: The same.
        seconds: The same.

    Raises:
        ValueError: the samples are not the same.
    """
    if [each.sample.id for each in first] != [each.sample.id for each in second]:
        raise ValueError("the two runs are not of the same samples in the same order")
    one, other = figures(first), figures(second)
    ends = _Ends([first, second], figures, seed, seconds)
    return tuple(
        Difference(name=name, first=value, second=other[name], difference=ends.figure(name, other[name] - value))
        for name, value in one.items()
        if name in other
    )


class _Ends:
    """The intervals' ends; draws are made once for all figures that need them."""

    def __init__(self, runs: Sequence[Sequence[Scored]], figures: FiguresOf, seed: int, seconds: float) -> None:
        self._runs, self._figures, self._seed = runs, figures, seed
        self._groups = groups_of([each.sample for each in runs[0]])
        self._means: set[str] = set()
        self._drawn: dict[str, Draws] = {}
        if len(self._groups) > 1:
            started = time.perf_counter()
            names = set().union(*(figures(run) for run in runs))
            cost = time.perf_counter() - started
            self._means = plain_means(runs, self._groups, figures, seed)
            n_draws = next((n for n in _LADDER if n * cost <= seconds), 0)
            if n_draws and names - self._means:
                self._drawn = drawn_figures(runs, self._groups, figures, seed=seed, n_draws=n_draws)

    def figure(self, name: str, value: float) -> Figure:
        low, high, n_draws = self._ends(name)
        return Figure(
            name=name,
            value=value,
            low=None if low is None else min(low, value),
            high=None if high is None else max(high, value),
            n=sum(name in each.score.values for each in self._runs[0]) or len(self._runs[0]),
            n_groups=len(self._groups),
            n_draws=n_draws,
        )

    def _ends(self, name: str) -> tuple[float | None, float | None, int]:
        if name in self._means:
            n_draws = min(_MEANS[0], max(_MEANS[1], _DRAWN // len(self._groups)))
            if self._is_simple(name):
                per_item = [
                    _contrast([each.score.values[name] for each in of_runs])
                    for of_runs in zip(*self._runs, strict=True)
                ]
                found = bootstrap_mean(per_item, seed=self._seed, n_draws=n_draws)
                return found.low, found.high, n_draws
            drawn = drawn_means(self._runs, self._groups, name, seed=self._seed, n_draws=n_draws)
        elif name in self._drawn:
            drawn = self._drawn[name]
        else:
            return None, None, 0
        values = drawn[-1] - drawn[0] if len(drawn) > 1 else drawn[0]
        values = values[np.isfinite(values)]
        if not values.size:
            return None, None, 0
        low, high = np.quantile(values, _ENDS)
        return float(low), float(high), int(values.size)

    def _is_simple(self, name: str) -> bool:
        """Whether each group is one sample, and the metric applies to all of them."""
        return all(len(places) == 1 for places in self._groups) and all(
            name in each.score.values for run in self._runs for each in run
        )


def _contrast(values: Sequence[float]) -> float:
    return values[-1] - values[0] if len(values) > 1 else values[0]
