"""Rule-based check of FinanceBench answers: a figure within rounding, or the same words."""

from __future__ import annotations

from docai.evaluation.metrics.squad import WordRule, exact_match
from docai.grounding.numbers import Quantity, quantity_of

_TOLERANCE = 0.01
"""Relative; FinanceBench's people let minor deviations and rounding pass (Islam et al. 2023)."""
_SCALES = {
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "mn": 1_000_000,
    "mio": 1_000_000,
    "m": 1_000_000,
    "billion": 1_000_000_000,
    "billions": 1_000_000_000,
    "bn": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}
_POWERS = (1.0, 1e3, 1e6, 1e9)
"""A figure may be given in units, thousands, millions or billions, where only one side says which."""


def financebench_correct(truth: str, prediction: str) -> bool:
    """Whether an answer is right by rule.

    FinanceBench has no automatic metric: its authors judged each answer by hand and let a figure in another scale
    pass. This is the part of that which a rule can decide. Where both texts are single figures, they agree within 1 %,
    a figure that names its scale against one that does not also after a shift by thousands. Per cent signs must agree
    where both name a unit. All else is right when the same words are said, case and marks aside. Long answers in free
    words need a judge.

    Args:
        truth: Answer of the data set, such as `$1577.00`.
        prediction: A short answer.
    """
    want, got = quantity_of(truth.strip().rstrip(".")), quantity_of(prediction.strip().rstrip("."))
    if want is None or got is None:
        return bool(truth.strip()) and exact_match(prediction, [truth], WordRule.PLAIN)
    if want.unit and got.unit and want.is_percent != got.is_percent:
        return False
    scales = (scale_of(want), scale_of(got))
    shifts = _POWERS if (scales[0] is None) != (scales[1] is None) else (1.0,)
    one, other = float(want.value) * (scales[0] or 1), float(got.value) * (scales[1] or 1)
    return any(_near(one * shift, other) or _near(one, other * shift) for shift in shifts)


def scale_of(quantity: Quantity) -> int | None:
    """What a printed figure is to be multiplied by, such as a million; None where it does not say."""
    return next((_SCALES[word] for word in quantity.unit.lower().replace(".", "").split() if word in _SCALES), None)


def _near(want: float, got: float) -> bool:
    return abs(want - got) <= _TOLERANCE * abs(want)
