"""Comparison: two runs of one data set, sample by sample."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.evaluation.reporting.intervals import Difference
from docai.evaluation.running.run_record import RunRecord


class PartDifference(BaseModel):
    """The primary figure over the samples of one category."""

    model_config = ConfigDict(frozen=True)

    category: str
    name: str
    n: int
    difference: Difference


class Flip(BaseModel):
    """A sample that one run has right and the other has not."""

    model_config = ConfigDict(frozen=True)

    sample_id: str
    question: str | None
    truth: str
    first: str
    """What the first run said."""
    second: str
    first_score: float
    """0 to 1, more is better; see `docai.evaluation.reporting.item_scores`."""
    second_score: float
    categories: dict[str, str]


class Ratio(BaseModel):
    """A cost of both runs over the same samples."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: str
    first: float | None
    """None: it is not known."""
    second: float | None
    ratio: float | None
    """The second by the first; None where one is unknown or the first is zero."""


class Changed(BaseModel):
    """What the two runs were not alike in."""

    model_config = ConfigDict(frozen=True)

    name: str
    """A setting as `group.name`, or a part of the run's record."""
    first: str | None
    """None: the run has none of that name."""
    second: str | None


class Comparison(BaseModel):
    """Two runs of one data set; every difference is the second less the first."""

    model_config = ConfigDict(frozen=True)

    first_name: str
    """Of the run's folder."""
    second_name: str
    first: RunRecord
    second: RunRecord
    is_same_data: bool
    """By fingerprint; otherwise only samples that are the same in both are compared."""
    n: int
    """Samples that are compared."""
    n_groups: int
    n_only_first: int
    """Samples with a prediction that the other run has not, or has otherwise."""
    n_only_second: int
    primary: str
    figures: tuple[Difference, ...]
    parts: tuple[PartDifference, ...]
    items_scored_by: str
    """The primary metric, or in words what stands for it where it is of whole sets only."""
    gained: tuple[Flip, ...]
    """Right in the second run alone, the largest change first."""
    lost: tuple[Flip, ...]
    """Right in the first run alone."""
    ratios: tuple[Ratio, ...]
    changed: tuple[Changed, ...]
    notes: tuple[str, ...]
    """What limits the comparison."""
