"""Relaxed accuracy of ChartQA: numbers within 5 %, texts equal."""

from __future__ import annotations

import math
import re
from enum import StrEnum

from docai.grounding.numbers import quantity_of

_TOLERANCE = 0.05
"""Relative to the truth (Masry et al., Findings of ACL 2022, after Methani et al. 2020)."""
_YEAR = re.compile(r"(?:19|20)\d\d")


class RelaxedRule(StrEnum):
    """How numbers are read."""

    OFFICIAL = "official"
    """`relaxed_correctness` of google-research's pix2struct `metrics.py`, which every harness follows: Python's numbers
    and `%` (divided by 100) only, so `1,234` is a text; against 0 texts are compared; 2009 for 2010 passes."""
    EXACT_YEARS = "exact_years"
    """As official, but a truth that is a year from 1900 to 2099 must be met exactly."""
    PRINTED = "printed"
    """Numbers as documents print them: thousands marks, currencies and units are read and units not compared, `%` does
    not divide, 0 equals 0.0, years are exact, and texts are equal but for case, blanks and a full stop at the end."""


def relaxed_correct(truth: str, prediction: str, rule: RelaxedRule = RelaxedRule.OFFICIAL) -> bool:
    """Whether an answer is right: within 5 % of a number, else equal but for case.

    Args:
        truth: Answer of the data set.
        prediction: A short answer.
        rule: How numbers are read.
    """
    if rule is not RelaxedRule.OFFICIAL and _YEAR.fullmatch(truth.strip()):
        return truth.strip() == prediction.strip().rstrip(".")
    read = _printed if rule is RelaxedRule.PRINTED else _plain
    want, got = read(truth), read(prediction)
    if rule is RelaxedRule.PRINTED and want == 0 and got is not None:
        return got == 0
    if want and got is not None:
        return abs(got - want) / abs(want) <= _TOLERANCE
    if rule is RelaxedRule.PRINTED:
        return _folded(truth) == _folded(prediction)
    return truth.lower() == prediction.lower()


def _folded(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")


def _plain(text: str) -> float | None:
    try:
        value = float(text.rstrip("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _printed(text: str) -> float | None:
    quantity = quantity_of(text.strip().rstrip("."))
    return float(quantity.value) if quantity else None
