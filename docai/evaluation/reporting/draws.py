"""Whole groups of scored samples drawn with replacement, and what figures come of each draw.

The cluster bootstrap: A. C. Davison and D. V. Hinkley, "Bootstrap methods and their application" (1997), section 3.8.
Samples of one group, such as questions on one document, are drawn together, since they vary less than they look.
Figures are counted anew from every draw, so this holds for figures that are no means. Several runs of the same samples
are drawn alike.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import Scored, mean_figures

FiguresOf = Callable[[Sequence[Scored]], dict[str, float]]
"""`Scorer.figures`."""
Draws = NDArray[np.float64]
"""A figure's value in each draw, for several runs (runs, draws); not a number where it did not apply."""

_AT_ONCE = 1_000_000
"""Groups drawn at a time, 8 bytes each."""
_TRIALS = 3


def groups_of(samples: Sequence[Sample]) -> list[list[int]]:
    """Places of the samples that are drawn together, by group in the order of its first one."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, sample in enumerate(samples):
        found["group" if sample.group else "id", sample.group or sample.id].append(place)
    return list(found.values())


def plain_means(runs: Sequence[Sequence[Scored]], groups: list[list[int]], figures: FiguresOf, seed: int) -> set[str]:
    """Names of the figures that are means of items' values: on all of them, and on some draws as well."""
    random = np.random.default_rng(seed)
    trials = [run for run in runs if run]
    for _ in range(_TRIALS):
        places = _places(groups, random.integers(len(groups), size=len(groups)))
        trials += [[run[place] for place in places] for run in runs]
    found: set[str] | None = None
    for trial in trials:
        told, means = figures(trial), mean_figures(trial)
        same = {name for name, value in told.items() if name in means and math.isclose(value, means[name])}
        found = same if found is None else found & same
    return found or set()


def drawn_means(
    runs: Sequence[Sequence[Scored]], groups: list[list[int]], name: str, *, seed: int, n_draws: int
) -> Draws:
    """The mean of a metric in each draw, over the items that it applies to."""
    sums = np.array([[sum(_values(run, places, name)) for places in groups] for run in runs])
    counts = np.array([[float(len(_values(run, places, name))) for places in groups] for run in runs])
    random, n = np.random.default_rng(seed), len(groups)
    step = max(1, _AT_ONCE // n)
    parts = []
    for start in range(0, n_draws, step):
        drawn = random.integers(n, size=(min(step, n_draws - start), n))
        weights = counts[:, drawn].sum(axis=2)
        parts.append(np.where(weights > 0, sums[:, drawn].sum(axis=2) / np.maximum(weights, 1.0), math.nan))
    return np.concatenate(parts, axis=1)


def drawn_figures(
    runs: Sequence[Sequence[Scored]], groups: list[list[int]], figures: FiguresOf, *, seed: int, n_draws: int
) -> dict[str, Draws]:
    """Every figure in each draw."""
    random = np.random.default_rng(seed)
    told: list[list[dict[str, float]]] = [[] for _ in runs]
    for _ in range(n_draws):
        places = _places(groups, random.integers(len(groups), size=len(groups)))
        for run, kept in zip(runs, told, strict=True):
            kept.append(figures([run[place] for place in places]))
    names = {name for kept in told for each in kept for name in each}
    return {name: np.array([[each.get(name, math.nan) for each in kept] for kept in told]) for name in names}


def _places(groups: list[list[int]], drawn: NDArray[np.int64]) -> list[int]:
    return [place for number in drawn for place in groups[number]]


def _values(run: Sequence[Scored], places: Sequence[int], name: str) -> list[float]:
    return list(_given(run, places, name))


def _given(run: Sequence[Scored], places: Sequence[int], name: str) -> Iterator[float]:
    for place in places:
        if (value := run[place].score.values.get(name)) is not None:
            yield value
