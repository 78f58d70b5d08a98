"""Citation precision and recall: how many of an answer's citations stand where the evidence does, by page and by box.

The shares are those of T. Gao et al., "Enabling large language models to generate text with citations" (EMNLP 2023),
with the evidence that a data set marks in the place of a model that judges entailment: MMLongBench-Doc and
FinanceBench mark pages, sets with boxes mark places on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.domain.geometry import Box
from docai.evaluation.metrics.box_matching import COMMON_THRESHOLD, BoxLikeness, boxes_found
from docai.evaluation.metrics.precision_recall import PrecisionRecall


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    document: str
    page_number: int
    """1-based."""
    box: Box | None = None
    """None: somewhere on the page."""

    @property
    def page(self) -> tuple[str, int]:
        """The document and the number of the page."""
        return self.document, self.page_number


def cited_pages(prediction: Sequence[Place], truth: Sequence[Place]) -> PrecisionRecall:
    """How many of the pages cited hold evidence, and how many of those that do are cited; each page counts once.

    Args:
        prediction: An answer's citations.
        truth: Its evidence.
    """
    said, true = {place.page for place in prediction}, {place.page for place in truth}
    return PrecisionRecall(float(len(said & true)), len(said), len(true))


def cited_boxes(
    prediction: Sequence[Place],
    truth: Sequence[Place],
    *,
    threshold: float = COMMON_THRESHOLD,
    likeness: BoxLikeness = BoxLikeness.IOU,
) -> PrecisionRecall:
    """How many of the boxes cited are evidence, and how many boxes of evidence are cited.

    Boxes are paired one to one on each page, see `box_pairs`; a box on another page is wrong wherever it stands there.
    Citations without a box are wrong; evidence without one is left out, since it can't be met.

    Args:
        prediction: An answer's citations.
        truth: Its evidence.
        threshold: Least likeness of a pair, above 0 and at most 1.
        likeness: Of two boxes.

    Raises:
        ValueError: The threshold lies outside its range.
    """
    found = PrecisionRecall(0.0, sum(place.box is None for place in prediction), 0)
    said, true = _boxes_by_page(prediction), _boxes_by_page(truth)
    for page in dict.fromkeys([*said, *true]):
        found += boxes_found(said.get(page, []), true.get(page, []), threshold=threshold, likeness=likeness)
    return found


def _boxes_by_page(places: Sequence[Place]) -> dict[tuple[str, int], list[Box]]:
    boxes: dict[tuple[str, int], list[Box]] = {}
    for place in places:
        if place.box is not None:
            boxes.setdefault(place.page, []).append(place.box)
    return boxes
