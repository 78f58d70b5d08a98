"""F1 of extracted fields: leaves of nested objects, entries of arrays paired by best match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.optimize import linear_sum_assignment

_DECIMALS = 6
"""To which numbers must agree (scorer of DocuBench)."""
_NO_LETTER = re.compile(r"\W")

Json = Any


class FieldCounts(BaseModel):
    """How many leaves agree, of how many wanted and given."""

    model_config = ConfigDict(frozen=True)

    matched: int = 0
    wanted: int = 0
    given: int = 0

    def __add__(self, other: FieldCounts) -> FieldCounts:
        return FieldCounts(
            matched=self.matched + other.matched, wanted=self.wanted + other.wanted, given=self.given + other.given
        )

    @property
    def precision(self) -> float:
        """Share of the given leaves that agree, 0 to 1; 0 of none."""
        return self.matched / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        """Share of the wanted leaves that are given, 0 to 1; 0 of none."""
        return self.matched / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0 to 1; 1 where nothing is wanted and nothing given."""
        both = self.wanted + self.given
        return 2 * self.matched / both if both else 1.0


class FieldFigures(BaseModel):
    """Figures of a set of documents."""

    model_config = ConfigDict(frozen=True)

    micro: FieldCounts
    """Pooled over all leaves of all documents."""
    macro_f1: float
    """Mean F1 over the documents that want a leaf, 0 to 1; 0 where none does."""
    fields: dict[str, FieldCounts]
    """Pooled for each field of the outermost objects."""


def field_counts(prediction: Json, truth: Json) -> FieldCounts:
    """Leaves of one document that agree.

    A leaf is a value that is no object or array and not null or an empty text. It agrees with the one at the same
    path: texts without blanks, marks and case (as DocuBench's scorer folds them), numbers to six decimals, truth values
    exactly; a number never equals a text. Entries of two arrays are paired so that most leaves agree
    (`linear_sum_assignment`), wherever they stand; unlike greedy pairing, the result does not depend on their order.
    """
    return FieldCounts(matched=_matched(truth, prediction), wanted=_n_leaves(truth), given=_n_leaves(prediction))


def field_figures(documents: Iterable[tuple[Mapping[str, Json], Mapping[str, Json]]]) -> FieldFigures:
    """Micro and macro figures of a set.

    Args:
        documents: Prediction and truth of each; a document without prediction has an empty one.
    """
    micro, f1s = FieldCounts(), []
    fields: defaultdict[str, FieldCounts] = defaultdict(FieldCounts)
    for prediction, truth in documents:
        counts = field_counts(prediction, truth)
        micro += counts
        if counts.wanted:
            f1s.append(counts.f1)
        for name in {**truth, **prediction}:
            fields[name] += field_counts(prediction.get(name), truth.get(name))
    return FieldFigures(micro=micro, macro_f1=fmean(f1s) if f1s else 0.0, fields=dict(fields))


def _n_leaves(value: Json) -> int:
    if isinstance(value, Mapping):
        return sum(map(_n_leaves, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(map(_n_leaves, value))
    return int(_folded(value) is not None)


def _matched(truth: Json, prediction: Json) -> int:
    if isinstance(truth, Mapping):
        if not isinstance(prediction, Mapping):
            return 0
        return sum(_matched(truth[name], prediction[name]) for name in truth.keys() & prediction.keys())
    if isinstance(truth, Sequence) and not isinstance(truth, str):
        if isinstance(prediction, str) or not isinstance(prediction, Sequence) or not truth or not prediction:
            return 0
        gains = np.array([[_matched(one, other) for other in prediction] for one in truth])
        return int(gains[linear_sum_assignment(gains, maximize=True)].sum())
    if isinstance(prediction, (Mapping, list, tuple)):
        return 0
    return int((wanted := _folded(truth)) is not None and wanted == _folded(prediction))


def _folded(value: Json) -> tuple[str, object] | None:
    """A leaf as it is compared, with its kind; None of nothing."""
    if isinstance(value, bool):
        return "truth value", value
    if isinstance(value, (int, float)):
        return "number", round(float(value), _DECIMALS)
    if isinstance(value, str):
        folded = _NO_LETTER.sub("", value.lower())
        return ("text", folded) if folded else None
    return None
