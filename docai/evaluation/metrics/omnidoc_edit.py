"""OmniDocBench's normalised edit distance of texts, averaged over pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import Levenshtein


class EditDistances(BaseModel):
    """Normalised distances, each 0 (equal) to 1 (nothing in common)."""

    model_config = ConfigDict(frozen=True)

    page_average: float
    """Mean over pages of edits by lengths: `ALL_page_avg`, the figure that leader boards quote."""
    whole: float
    """Edits by lengths over all pages at once: `edit_whole`, in which full pages weigh more."""
    sample_average: float
    """Mean over matched pairs: `edit_sample_avg`, in which short blocks weigh as much as long ones."""


def edit_distances(pairs: Iterable[tuple[str, str, str]]) -> EditDistances:
    """The three averages of `Edit_dist` in OmniDocBench's `metrics/cal_metric.py` (Ouyang et al., CVPR 2025).

    A pair's distance is its Levenshtein distance by the length of the longer text. Pairs in which both are empty count
    for nothing; a block that is missing on one side is a pair with an empty text. Matching blocks and folding their
    mark-up comes before.

    Args:
        pairs: Name of the page, prediction and truth of each matched block.

    Raises:
        ValueError: when every pair is empty.
    """
    pages: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for page, prediction, truth in pairs:
        if prediction or truth:
            pages[page].append((Levenshtein.distance(prediction, truth), max(len(prediction), len(truth))))
    samples = [sample for page in pages.values() for sample in page]
    if not samples:
        raise ValueError("an edit distance needs at least one text")
    return EditDistances(
        page_average=fmean(_share(page) for page in pages.values()),
        whole=_share(samples),
        sample_average=fmean(edits / length for edits, length in samples),
    )


def _share(samples: list[tuple[int, int]]) -> float:
    return sum(edits for edits, _ in samples) / sum(length for _, length in samples)
