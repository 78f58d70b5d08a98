"""Scorer: from samples and predictions to the figures that a data set is quoted by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Protocol

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample


@dataclass(frozen=True, slots=True)
class ItemScore:
    """What one prediction is worth."""

    values: dict[str, float]
    """By metric, each finite; a metric that does not apply to the item is left out."""
    detail: dict[str, Any] = field(default_factory=dict)
    """JSON: what was compared, such as the option that was made out; also what the figures of the whole set are
    counted from where they are no means."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A sample with what came of it."""

    sample: Sample
    prediction: Prediction
    score: ItemScore


class Scorer(Protocol):
    """Scores the samples of data sets whose truth it knows. Pure: the same input gives the same figures."""

    @property
    def primary(self) -> str:
        """The figure that the data set is quoted by: a key of `figures`, and, where it is a mean, of items' values."""

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """What one prediction is worth; a failed one is worth what an empty one is.

        Raises:
            ValueError: the sample's truth is not of this scorer's form.
        """

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Figures of a set or of a part of it, of at least one item; those that do not apply are left out."""

    def truth_text(self, sample: Sample) -> str:
        """The truth for people, on a line or two."""

    def prediction_text(self, prediction: Prediction) -> str:
        """What is held against it, for people."""


def mean_figures(scored: Sequence[Scored]) -> dict[str, float]:
    """The mean of each metric over the items that it applies to."""
    values: defaultdict[str, list[float]] = defaultdict(list)
    for each in scored:
        for name, value in each.score.values.items():
            values[name].append(value)
    return {name: fmean(found) for name, found in values.items()}
