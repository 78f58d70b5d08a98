"""Predicted boxes paired with true ones on a page, one to one, and how many agree."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from scipy.optimize import linear_sum_assignment

from docai.domain.geometry import Box
from docai.evaluation.metrics.precision_recall import PrecisionRecall

COMMON_THRESHOLD = 0.5
"""M. Everingham et al., "The PASCAL visual object classes (VOC) challenge", IJCV 88 (2010)."""


class BoxLikeness(StrEnum):
    """How much of two boxes agrees, 0 to 1."""

    IOU = "iou"
    """Intersection over union; P. Jaccard (1901), for boxes as in PASCAL VOC."""
    INSIDE = "inside"
    """The share of the predicted box that lies in the true one: a line of the right paragraph is right, a whole page
    is not."""


def box_pairs(
    prediction: Sequence[Box],
    truth: Sequence[Box],
    *,
    threshold: float = COMMON_THRESHOLD,
    likeness: BoxLikeness = BoxLikeness.IOU,
) -> list[tuple[int, int]]:
    """Indices of predicted and true boxes that belong together.

    Of all ways to pair boxes one to one that agree up to the threshold, as many pairs as possible, and of these the
    ones that agree best in sum (H. W. Kuhn, "The Hungarian method for the assignment problem", 1955). PASCAL VOC and
    COCO pair greedily by a detector's confidence, which readers without confidences lack.

    Args:
        prediction: Boxes of a page.
        truth: Boxes of the same page.
        threshold: Least likeness of a pair, above 0 and at most 1; a pair just at it counts.
        likeness: Of two boxes.

    Raises:
        ValueError: The threshold lies outside its range.
    """
    if not 0.0 < threshold <= 1.0:
        raise ValueError(f"a threshold of {threshold}")
    if not prediction or not truth:
        return []
    alike = np.array([[_likeness(said, true, likeness) for true in truth] for said in prediction])
    fits = alike >= threshold
    more_than_all = float(min(alike.shape)) + 1.0
    rows, columns = linear_sum_assignment(np.where(fits, more_than_all + alike, 0.0), maximize=True)
    return [(r, c) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if fits[r, c]]


def boxes_found(
    prediction: Sequence[Box],
    truth: Sequence[Box],
    *,
    threshold: float = COMMON_THRESHOLD,
    likeness: BoxLikeness = BoxLikeness.IOU,
) -> PrecisionRecall:
    """How many boxes of a page agree; see `box_pairs`.

    Raises:
        ValueError: The threshold lies outside its range.
    """
    pairs = box_pairs(prediction, truth, threshold=threshold, likeness=likeness)
    return PrecisionRecall(float(len(pairs)), len(prediction), len(truth))


def _likeness(said: Box, true: Box, likeness: BoxLikeness) -> float:
    if likeness is BoxLikeness.IOU:
        return said.iou(true)
    return said.overlap(true) / said.area if said.area > 0 else 0.0
