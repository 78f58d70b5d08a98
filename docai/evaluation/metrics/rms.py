"""RMS: how far the data table read off a chart says what the true one says, whatever the order of rows and columns.

F. Liu et al., "DePlot: One-shot visual language reasoning by plot-to-table translation" (Findings of ACL 2023), section
3.2, "Relative Mapping Similarity". A table is a set of entries: row label, column label, value. Entries are paired one
to one so that their labels differ least; each pair counts `(1 - NL) * (1 - D)`, where NL is the normalised Levenshtein
distance of the labels, 1 from tau = 0.5 on, and D the relative error of the value, 1 from theta = 0.1 on. The sum over
the entries of the prediction is the precision, over those of the truth the recall. The prediction's transpose is scored
as well, and the better F1 taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.grounding.numbers import quantity_of

_TEXT_TOLERANCE = 0.5
"""tau; `text_theta` of google-research/deplot/metrics.py."""
_NUMBER_TOLERANCE = 0.1
"""theta; `number_theta` of the same."""
_TIE_WEIGHT = 1e-6
"""Of values beside labels where entries are paired: it decides between pairings whose labels differ equally."""
_TITLE = "title |"

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DataTable:
    """A chart's data: a first row of column labels, then rows that begin with their label."""

    rows: tuple[tuple[str, ...], ...]
    title: str | None = None

    @classmethod
    def from_linearised(cls, text: str) -> DataTable:
        """The table of DePlot's text form: a line each row, cells between ` | `, perhaps a first line `title | ...`."""
        lines = text.splitlines()
        title = None
        if lines and lines[0].lower().startswith(_TITLE):
            title, lines = lines[0][len(_TITLE) :].strip(), lines[1:]
        return cls(tuple(tuple(cell.strip() for cell in line.split(" | ")) for line in lines), title)

    def transposed(self) -> DataTable:
        """Rows as columns; what is missing in short rows is empty."""
        return DataTable(tuple(zip_longest(*self.rows, fillvalue="")), self.title)


class RmsPairing(StrEnum):
    """Which entries are paired."""

    LABELS = "labels"
    """The paper's and its code's: labels alone decide. A wrong label can draw an entry away from its value."""
    PRODUCT = "product"
    """Labels and values: the pairing whose sum is greatest. Never below the other, and some points above it where
    labels are misread and much alike, such as years."""


@dataclass(frozen=True, slots=True)
class ReportedRms:
    """What DePlot's code reports, 0 to 1 each."""

    precision: float
    recall: float
    f1: float
    """The recall once more: the code stores it in the place of the F1 (`per_point_scores["f1"].append(r)`)."""


def rms(prediction: DataTable, truth: DataTable, *, pairing: RmsPairing = RmsPairing.LABELS) -> PrecisionRecall:
    """RMS as the paper defines it.

    What the paper leaves open: labels and texts are compared in lower case with single blanks; values are numbers as
    `quantity_of` reads them, without regard to units, else as Python does; a true 0 is met by 0 alone; where either
    value is no number, D is the normalised Levenshtein distance, 1 from tau on; entries that share both labels all
    count; titles do not; of pairings whose labels differ equally the one with the better values is taken.

    Args:
        prediction: A table.
        truth: A table.
        pairing: Which entries are paired.

    Returns:
        The sum over pairs, of the entries of both.
    """
    true = _entries(truth)
    scores = [_paired(_entries(table), true, pairing) for table in (prediction, prediction.transposed())]
    return max(scores, key=lambda score: score.f1)


def rms_deplot_compat(prediction: DataTable, truth: DataTable) -> ReportedRms:
    """RMS as google-research/deplot/metrics.py computes and reports it, for figures to set beside published ones.

    Beside the F1, which is the recall, it differs from `rms`: of entries with the same labels the last one counts; a
    title is an entry; a value is a number only where Python reads one, `%` divides it by 100, and thousands marks make
    it a text; a true 0 is compared as text; ties between pairings are left to the solver. The orientation is chosen by
    the true F1.

    Args:
        prediction: A table.
        truth: A table.

    Returns:
        What the code would report for the pair.
    """
    true = _compat_entries(truth)
    orientations = (prediction.transposed(), prediction)  # of equal ones the code takes the first
    scores = [_compat_paired(_compat_entries(table), true) for table in orientations]
    best = max(scores, key=lambda score: score.f1)
    if best.n_said and best.n_true and not best.right:
        return ReportedRms(0.0, 0.0, 0.0)
    return ReportedRms(best.precision, best.recall, best.recall)


def _entries(table: DataTable) -> list[tuple[str, str]]:
    """Labels and value of each entry."""
    if not table.rows:
        return []
    rows = [[" ".join(cell.lower().split()) for cell in row] for row in table.rows]
    return [entry for row in rows[1:] for entry in _of_row(row, rows[0])]


def _of_row(row: Sequence[str], head: Sequence[str]) -> list[tuple[str, str]]:
    """The entries of a row, as many as it has both values and column labels."""
    return [(f"{row[0]} {label}", cell) for label, cell in zip(head[1:], row[1:], strict=False)]


def _compat_entries(table: DataTable) -> list[tuple[str, str]]:
    entries = {} if table.title is None else {"title": table.title.lower()}
    rows = [[cell.lower() for cell in row] for row in table.rows]
    for row in rows[1:]:
        entries.update(_of_row(row, rows[0]))
    return list(entries.items())


def _paired(said: Sequence[tuple[str, str]], true: Sequence[tuple[str, str]], pairing: RmsPairing) -> PrecisionRecall:
    if not said or not true:
        return PrecisionRecall(0.0, len(said), len(true))
    labels = _likenesses([key for key, _ in true], [key for key, _ in said])
    values = _value_likenesses([value for _, value in true], [value for _, value in said])
    gains = labels * values
    weights = gains if pairing is RmsPairing.PRODUCT else labels + _TIE_WEIGHT * gains
    rows, columns = linear_sum_assignment(weights, maximize=True)
    return PrecisionRecall(float(gains[rows, columns].sum()), len(said), len(true))


def _compat_paired(said: Sequence[tuple[str, str]], true: Sequence[tuple[str, str]]) -> PrecisionRecall:
    if not said or not true:
        return PrecisionRecall(0.0, len(said), len(true))
    labels = _likenesses([key for key, _ in true], [key for key, _ in said])
    rows, columns = linear_sum_assignment(1.0 - labels)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    right = sum(float(labels[r, c]) * _compat_value(true[r][1], said[c][1]) for r, c in pairs)
    return PrecisionRecall(right, len(said), len(true))


def _likenesses(true: Sequence[str], said: Sequence[str]) -> _Floats:
    """1 - NL of each pair, 0 from tau on."""
    distances: _Floats = cdist(true, said, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    return np.where(distances < _TEXT_TOLERANCE, 1.0 - distances, 0.0)


def _value_likenesses(true: Sequence[str], said: Sequence[str]) -> _Floats:
    """1 - D of each pair."""
    likenesses = _likenesses(true, said)
    wanted, given = (np.array([_number(text) for text in texts]) for texts in (true, said))
    both = ~np.isnan(wanted)[:, None] & ~np.isnan(given)[None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        errors = np.abs(given[None, :] - wanted[:, None]) / np.abs(wanted)[:, None]
    errors = np.where(given[None, :] == wanted[:, None], 0.0, errors)
    return np.where(both, np.where(errors < _NUMBER_TOLERANCE, 1.0 - errors, 0.0), likenesses)


def _number(text: str) -> float:
    """The number that a text is; NaN where it is none."""
    quantity = quantity_of(text)
    if quantity is not None:
        return float(quantity.value)
    found = _python_number(text)
    return float("nan") if found is None or not np.isfinite(found) else found


def _python_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _compat_number(text: str) -> float | None:
    if not text.endswith("%"):
        return _python_number(text)
    found = _python_number(text.rstrip("%"))
    return None if found is None else found / 100.0


def _compat_value(true: str, said: str) -> float:
    wanted, given = _compat_number(true), _compat_number(said)
    if given is not None and wanted:
        error = abs((wanted - given) / wanted)
        return 1.0 - error if error < _NUMBER_TOLERANCE else 0.0
    distance = Levenshtein.normalized_distance(true, said)
    return 1.0 - distance if distance < _TEXT_TOLERANCE else 0.0
