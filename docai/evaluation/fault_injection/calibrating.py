"""Confidences fitted on readings with faults, and how far they are from the shares that are right elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.optimize import isotonic_regression

from docai.domain.evidence import Evidence
from docai.domain.words import Witness
from docai.evaluation.fault_injection.figures import Calibration
from docai.evaluation.fault_injection.judging import Judged
from docai.evaluation.fault_injection.truth import TruthPage
from docai.grounding.calibration import OWN, CalibrationTable, Curve, failed_cells, fitted, keys_of, score_of

BINS = 15
"""Of equally many values (M. P. Naeini et al., AAAI 2015, with 15 bins as in C. Guo et al., ICML 2017)."""
_FEWEST = 40
"""Values that a curve needs; with fewer, values are counted with their like."""
_STEP = 20
"""Values in a step of a curve."""
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Observation:
    """A value whose evidence and truth are known."""

    source: str
    is_held_out: bool
    keys: tuple[str, ...]
    score: float
    is_right: bool
    confidence: float
    """As docai gives it now."""
    calibration: str | None


def is_held_out(page: TruthPage) -> bool:
    """Whether a page is measured on and not fitted on: half of the documents, by the hash of their name."""
    return hashlib.sha256(page.name.encode()).digest()[0] % 2 == 1


def observations(page: TruthPage, judged: Judged, *, of_cells: bool) -> Iterator[Observation]:
    """Every value of a reading, and what OCR by itself makes of every value that is as the truth has it.

    Args:
        page: the page.
        judged: the reading, with faults in its cells or in its text.
        of_cells: whether cells are observed, else blocks of text: where no fault is put, all are right.
    """
    in_doubt = failed_cells(judged.parse)
    for unit, evidence in judged.units():
        is_cell = unit.cell is not None
        if is_cell != of_cells:
            continue
        doubt = unit.cell is not None and (unit.block, *unit.cell) in in_doubt
        keys = keys_of(evidence, is_cell=is_cell, is_in_doubt=doubt, is_own=False)
        is_wrong = judged.is_wrong(unit)
        yield _observation(page, evidence, keys, is_own=False, is_right=not is_wrong)
        if evidence.witness is Witness.OCR and not is_wrong:
            own = keys_of(evidence, is_cell=is_cell, is_in_doubt=False, is_own=True)
            agrees = evidence.witness_text is None or not evidence.differences
            yield _observation(page, evidence, own, is_own=True, is_right=agrees)


def _observation(
    page: TruthPage, evidence: Evidence, keys: tuple[str, ...], *, is_own: bool, is_right: bool
) -> Observation:
    return Observation(
        source=page.source,
        is_held_out=is_held_out(page),
        keys=keys,
        score=score_of(evidence, is_own=is_own),
        is_right=is_right,
        confidence=evidence.confidence,
        calibration=evidence.calibration,
    )


def fit(observed: Iterable[Observation], *, version: str, share: float) -> CalibrationTable:
    """A curve for all values that share a key, by isotonic regression, of the pages that are not held out.

    Args:
        observed: values.
        version: the table's.
        share: of the values, those into which a fault was put.
    """
    by_key: dict[str, list[tuple[float, bool]]] = {}
    for each in observed:
        if not each.is_held_out:
            for key in each.keys:
                by_key.setdefault(key, []).append((each.score, each.is_right))
    curves = {key: _curve(found) for key, found in sorted(by_key.items()) if len(found) >= _FEWEST}
    return CalibrationTable(version=version, share=share, curves=curves)


def _curve(found: Sequence[tuple[float, bool]]) -> Curve:
    """Isotonic regression (R. E. Barlow et al., 1972) over steps of several values; each level is kept as one point.

    Of n values all of which were right or wrong, the next is taken to be so with (n + 0.5) / (n + 1) (Krichevsky and
    Trofimov, 1981), so that nothing is certain.
    """
    scores, right = (np.array(column, dtype=float) for column in zip(*sorted(found), strict=True))
    steps = _steps(scores)
    n = np.diff(steps)
    at, means = np.add.reduceat(scores, steps[:-1]) / n, np.add.reduceat(right, steps[:-1]) / n
    least = max(0.1**_DECIMALS, 0.5 / (len(found) + 1.0))
    points = []
    for start, end in pairwise(isotonic_regression(means, weights=n).blocks):
        middle, share = (float(np.average(of[start:end], weights=n[start:end])) for of in (at, means))
        points.append((round(middle, _DECIMALS), round(min(1.0 - least, max(least, share)), _DECIMALS)))
    return tuple(points)


def _steps(scores: np.ndarray) -> np.ndarray:
    """Where steps of enough values begin, equal scores in one, and the end."""
    begins = [0]
    for place in np.flatnonzero(np.diff(scores)) + 1:
        if place - begins[-1] >= _STEP:
            begins.append(int(place))
    if len(begins) > 1 and len(scores) - begins[-1] < _STEP:
        begins.pop()
    return np.array([*begins, len(scores)])


def with_table(observed: Iterable[Observation], table: CalibrationTable) -> list[Observation]:
    """The values with the confidences that a table gives them; those that it does not know are left out."""
    found = []
    for each in observed:
        probability = table.probability(each.keys, each.score)
        if probability is not None:
            found.append(replace(each, confidence=probability, calibration=table.version))
    return found


def held_out(observed: Iterable[Observation]) -> list[Calibration]:
    """How far confidences are off on held-out pages: over all sets, for each, and of OCR that no one else confirms.

    The last is told by the table that comes with docai: here every reader has a witness beside it.
    """
    kept = [each for each in observed if each.is_held_out]
    read = [each for each in kept if not each.keys[0].startswith(OWN)]
    alone = with_table((each for each in kept if each.keys[0].startswith(f"{OWN} {Witness.OCR.value}")), fitted())
    parts = {"all": read}
    for each in read:
        parts.setdefault(each.source, []).append(each)
    parts["OCR alone"] = alone
    return [_calibration(name, members) for name, members in parts.items() if members]


def _calibration(source: str, observed: Sequence[Observation]) -> Calibration:
    ordered = sorted(observed, key=lambda each: each.confidence)
    edges = np.linspace(0, len(ordered), BINS + 1).round().astype(int)
    even = [ordered[start:end] for start, end in pairwise(edges)]
    wide: list[list[Observation]] = [[] for _ in range(BINS)]
    for each in ordered:
        wide[min(BINS - 1, int(each.confidence * BINS))].append(each)
    return Calibration(
        version=ordered[-1].calibration,
        source=source,
        n=len(ordered),
        ece=_error(even),
        ece_of_equal_widths=_error(wide),
        bins=tuple((*_means(members), len(members)) for members in even if members),
    )


def _means(members: Sequence[Observation]) -> tuple[float, float]:
    """Mean confidence, and the share that is right."""
    sure = sum(each.confidence for each in members) / len(members)
    right = sum(each.is_right for each in members) / len(members)
    return round(sure, _DECIMALS), round(right, _DECIMALS)


def _error(bins: Iterable[Sequence[Observation]]) -> float:
    """Mean distance of confidence and share over all values."""
    filled = [members for members in bins if members]
    off = sum(abs(sure - right) * len(members) for members in filled for sure, right in [_means(members)])
    return round(off / sum(map(len, filled)), _DECIMALS)
