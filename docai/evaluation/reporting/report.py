"""Report: what came of one run, as report.json has it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.evidence import Verdict
from docai.evaluation.reporting.intervals import Figure
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Task


class Part(BaseModel):
    """The samples of one category."""

    model_config = ConfigDict(frozen=True)

    category: str
    """By what the set is broken down, such as `evidence`."""
    name: str
    """Such as `table`."""
    n: int
    figures: tuple[Figure, ...]


class Spread(BaseModel):
    """How a quantity is spread."""

    model_config = ConfigDict(frozen=True)

    n: int
    median: float
    p90: float
    """Nine in ten are at most this."""


class Tokens(BaseModel):
    """What a vision-language model took for all samples, reading included."""

    model_config = ConfigDict(frozen=True)

    prompt: int
    """Images included."""
    visual: int | None
    """Of these, those of images; None where the engine does not tell."""
    cached: int
    output: int
    per_page: float | None
    """Prompt and output tokens, asking included, by pages read; None where none was read."""
    visual_per_page: float | None
    per_sample: float


class Quote(BaseModel):
    """A place that docai gave as evidence."""

    model_config = ConfigDict(frozen=True)

    of: str | None
    """The field that it is evidence of, as a JSON pointer; None: the answer."""
    document: str | None
    """Its name; None where only its page is known."""
    page: int | None
    """1-based."""
    text: str
    """The page's own words."""
    verdict: Verdict | None


class Item(BaseModel):
    """One sample with what came of it, for people."""

    model_config = ConfigDict(frozen=True)

    sample_id: str
    score: float | None
    """0 to 1, more is better; see `docai.evaluation.reporting.item_scores`."""
    values: dict[str, float]
    """By metric."""
    question: str | None
    truth: str
    said: str
    abstained: str | None
    """Why docai declined to answer; None where it did not."""
    failure: str | None
    confidence: float | None
    quotes: tuple[Quote, ...]
    files: tuple[str, ...]
    categories: dict[str, str]
    seconds: float


class Report(BaseModel):
    """What came of a run."""

    model_config = ConfigDict(frozen=True)

    run: RunRecord
    task: Task
    licence: str
    primary: str
    """The figure that the set is quoted by."""
    n: int
    """Samples that have a prediction."""
    n_groups: int
    n_failed: int
    """Of these, those that docai had no output for; they are scored as empty."""
    n_abstained: int
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    items_scored_by: str
    """The primary metric, or in words what stands for it where it is of whole sets only."""
    distribution: tuple[int, ...]
    """Items by score, in ten bins of equal width from 0 to 1."""
    seconds_per_sample: Spread
    seconds_per_page: Spread | None
    """Where reading pages is what was asked; None elsewhere."""
    run_seconds_per_page: float | None
    """The whole run's time by the pages read for it; None where none was read."""
    tokens: Tokens
    cost_per_page: float | None
    worst: tuple[Item, ...]
    """Lowest scores first; none with a full score."""
    others: tuple[Item, ...]
    """Drawn by lot from the rest, with the run's seed."""
    notes: tuple[str, ...]
    """What limits the figures."""

    @property
    def primary_figure(self) -> Figure | None:
        """The figure that the set is quoted by; None where it does not apply to these samples."""
        return next((figure for figure in self.figures if figure.name == self.primary), None)
