"""Confidence of answers against whether they are right: calibration, and what answering only when sure would bring."""

from __future__ import annotations

from collections.abc import Sequence

from docai.evaluation.metrics.calibration_error import Binning, expected_calibration_error
from docai.evaluation.metrics.risk_coverage import risk_coverage
from docai.evaluation.scoring.scorer import Scored

_LEAST = 30
"""Answers; with fewer, fifteen bins hold one or two each and say nothing."""
_RIGHT = 0.5
"""From this value on an answer counts as right, as ANLS has it."""
_RISK = 0.05


def confidence_figures(scored: Sequence[Scored], metric: str) -> dict[str, float]:
    """Figures of the confidences of what was answered.

    Abstentions and failures are left out, as are items without the metric.

    Args:
        scored: Items of a scorer of answers.
        metric: Of the items' values, 0 to 1; what an answer is worth.

    Returns:
        `confidence_ece` and `confidence_ece_equal_mass`, expected calibration errors with bins of equal width and of
        as many answers each, for which a value of at least 0.5 is right; `confidence_aurc` and
        `confidence_excess_aurc`, areas under the curve of risk, 1 less the value, over coverage;
        `confidence_coverage_at_5_percent_risk`. Nothing where fewer than 30 were answered.
    """
    stated, values = [], []
    for each in scored:
        answer = each.prediction.answer
        if each.prediction.answer_text is None or answer is None or metric not in each.score.values:
            continue
        stated.append(min(1.0, max(0.0, answer.confidence)))
        values.append(each.score.values[metric])
    if len(values) < _LEAST:
        return {}
    is_right = [value >= _RIGHT for value in values]
    curve = risk_coverage(stated, [1.0 - value for value in values])
    return {
        "confidence_ece": expected_calibration_error(stated, is_right),
        "confidence_ece_equal_mass": expected_calibration_error(stated, is_right, Binning.EQUAL_MASS),
        "confidence_aurc": curve.aurc,
        "confidence_excess_aurc": curve.excess,
        "confidence_coverage_at_5_percent_risk": curve.coverage_at(_RISK),
    }
