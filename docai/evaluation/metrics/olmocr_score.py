"""olmOCR-bench: the share of unit tests passed, by split and over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from pydantic import BaseModel, ConfigDict


class OlmocrScore(BaseModel):
    """Figures of a run, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    splits: dict[str, float]
    """Share of the tests passed in each split, such as `arxiv_math` or `baseline`, in order of name."""
    overall: float
    """Mean over the splits, large or small: the figure that is quoted."""


def olmocr_score(outcomes: Iterable[tuple[str, bool]]) -> OlmocrScore:
    """Shares of unit tests passed (Poznanski et al. 2025; `olmocr/bench/benchmark.py`).

    Args:
        outcomes: For each test its split, the file it stands in or `baseline`, and whether it passed.

    Raises:
        ValueError: when there are no tests.
    """
    splits: defaultdict[str, list[bool]] = defaultdict(list)
    for split, passed in outcomes:
        splits[split].append(passed)
    if not splits:
        raise ValueError("a score needs at least one test")
    shares = {split: fmean(splits[split]) for split in sorted(splits)}
    return OlmocrScore(splits=shares, overall=fmean(shares.values()))
