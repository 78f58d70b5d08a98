"""Positions and values of tick labels to a linear or logarithmic axis, labels that do not fit left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from docai.domain.charts import AxisScale

LEAST_TICKS = 3
"""Any two labels fit a line."""
_TOLERANCE_PT = 1.0
"""How far, in points, a label may stand off its tick: half a line's rounding, and the rounding of printed values."""
_TOLERANCE = 0.01
"""The same as a share of the stretch from the first tick to the last, for axes longer than 100 points."""
_MOST = 40
"""More labels than these are no axis; bounds the pairs that are tried."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """A line through positions and values; on a logarithmic axis through their decimal logarithms."""

    scale: AxisScale
    slope: float
    intercept: float
    inliers: tuple[int, ...]
    """Indices of the labels that fit."""
    residual: float
    """The worst of those labels' distances from its place over the stretch from the first to the last."""

    def value_at(self, position: float) -> float:
        """The value at a position in points."""
        said = self.slope * position + self.intercept
        return 10**said if self.scale is AxisScale.LOG else said

    def position_of(self, value: float) -> float:
        """The position of a value in points; not a number where a logarithmic axis has none."""
        if self.scale is AxisScale.LOG:
            if value <= 0:
                return math.nan
            value = math.log10(value)
        return (value - self.intercept) / self.slope


def fit_axis(positions: Sequence[float], values: Sequence[float], *, tolerance: float | None = None) -> Fit | None:
    """The axis that most labels agree on, None where fewer than three do or where they are too many to be ticks.

    Every pair of labels proposes an axis, the one with most labels near it wins (RANSAC of Fischler and Bolles 1981,
    all pairs tried), and a least-squares line through those labels is the result. Of a linear and a logarithmic axis
    with equally many labels the one that is nearer to them wins.

    Args:
        positions: of the labels along the axis; points.
        values: that the labels say.
        tolerance: how far from its place a label may stand, in the unit of the positions; by default a point or a
            hundredth of the axis, whichever is more.
    """
    if not LEAST_TICKS <= len(positions) <= _MOST:
        return None
    at = np.asarray(positions, dtype=np.float64)
    fits = [_fit(at, np.asarray(values, dtype=np.float64), AxisScale.LINEAR, tolerance)]
    if min(values) > 0:
        fits.append(_fit(at, np.log10(np.asarray(values, dtype=np.float64)), AxisScale.LOG, tolerance))
    found = [fit for fit in fits if fit is not None]
    return max(found, key=lambda fit: (len(fit.inliers), -fit.residual), default=None)


def _fit(at: Values, said: Values, scale: AxisScale, tolerance: float | None) -> Fit | None:
    stretch = float(np.ptp(at))
    limit = tolerance if tolerance is not None else max(_TOLERANCE_PT, _TOLERANCE * stretch)
    i, j = np.triu_indices(len(at), 1)
    told = (said[i] != said[j]) & (np.abs(at[i] - at[j]) > 2 * limit)
    i, j = i[told], j[told]
    if not len(i):
        return None
    slopes = (said[j] - said[i]) / (at[j] - at[i])
    off = np.abs(at - (at[i, None] + (said - said[i, None]) / slopes[:, None]))  # (pairs, labels)
    near = off <= limit
    counts = near.sum(axis=1)
    winner = int(np.lexsort((np.where(near, off, 0.0).sum(axis=1), -counts))[0])
    if counts[winner] < LEAST_TICKS:
        return None
    best = np.flatnonzero(near[winner])
    slope, intercept = np.polyfit(at[best], said[best], 1)
    missed = np.abs(at[best] - (said[best] - intercept) / slope)
    return Fit(
        scale=scale,
        slope=float(slope),
        intercept=float(intercept),
        inliers=tuple(int(i) for i in best),
        residual=float(missed.max() / max(np.ptp(at[best]), 1e-9)),
    )
