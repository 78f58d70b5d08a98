"""Risk and coverage of answering only when sure: the curve, and the area under it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from pydantic import BaseModel, ConfigDict


class RiskCoverage(BaseModel):
    """Figures of selective answering, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    curve: tuple[tuple[float, float], ...]
    """Coverage and risk when the surest one, two, three ... answers are given."""
    aurc: float
    """Mean risk over all coverages; 0 is perfect."""
    excess: float
    """AURC less that of the best possible order of the same answers (E-AURC): what the confidences alone are to blame
    for; 0 is perfect."""

    def coverage_at(self, risk: float) -> float:
        """The largest coverage at which the risk is no higher; 0 where there is none."""
        return max((coverage for coverage, found in self.curve if found <= risk), default=0.0)


def risk_coverage(confidences: Sequence[float], losses: Sequence[float]) -> RiskCoverage:
    """Curve and areas (Geifman and El-Yaniv, NeurIPS 2017; AURC and E-AURC: Geifman et al., ICLR 2019).

    Answers of the same confidence are given or kept together: each has their mean loss, so that the order of the data
    is of no matter, and the areas are means over the orders in which ties can fall.

    Args:
        confidences: Of each answer, on any scale.
        losses: Of each answer, 0 (right) to 1 (wrong), such as 1 less its ANLS.

    Raises:
        ValueError: when there are no answers, the lengths differ, a confidence is no number or a loss is no share.
    """
    stated, loss = np.asarray(confidences, dtype=float), np.asarray(losses, dtype=float)
    if stated.ndim != 1 or not stated.size or stated.shape != loss.shape:
        raise ValueError("a curve needs as many losses as confidences, and at least one")
    if not bool(np.all((loss >= 0) & (loss <= 1))) or bool(np.isnan(stated).any()):
        raise ValueError("a loss is from 0 to 1, and a confidence is a number")
    _, level = np.unique(-stated, return_inverse=True)
    tied = (np.bincount(level, weights=loss) / np.bincount(level))[level]
    risks = _risks(tied[np.argsort(level, kind="stable")])
    aurc, best = fmean(risks), fmean(_risks(np.sort(loss)))
    n = stated.size
    curve = tuple(((i + 1) / n, risk) for i, risk in enumerate(risks))
    return RiskCoverage(curve=curve, aurc=aurc, excess=max(0.0, aurc - best))


def _risks(losses: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    """Mean loss of the first one, two, three ... answers."""
    return [float(risk) for risk in np.cumsum(losses) / np.arange(1, losses.size + 1)]
