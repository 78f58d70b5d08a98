"""Score against visual tokens per page, over several runs of one data set."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from docai.errors import InvalidRequest
from docai.evaluation.reporting.costs import tokens
from docai.evaluation.reporting.intervals import Figure, figure_intervals
from docai.evaluation.reporting.sharing import ScoredRun, shared
from docai.evaluation.scoring.scorer import Scored, Scorer


class BudgetPoint(BaseModel):
    """One run."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Of its folder."""
    model: str | None
    visual_tokens: int | None
    """Most of a page that the run allowed; None: as many as the fidelity rule asks for."""
    measured: float | None
    """Visual tokens of the run by pages read, as the engine counted them; None where it does not tell."""
    primary: Figure
    run_seconds_per_page: float | None
    cost_per_page: float | None


class Budgets(BaseModel):
    """The primary figure of several runs."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    title: str
    split: str
    primary: str
    n: int
    """Samples, the same for all runs."""
    is_same_data: bool
    """By fingerprint; otherwise only samples that are the same in all are counted."""
    points: tuple[BudgetPoint, ...]
    """Fewest tokens first; those without a limit last."""


def budgets(runs: Sequence[ScoredRun], scorer: Scorer) -> Budgets:
    """The table of at least two runs.

    Raises:
        InvalidRequest: there are fewer, they are of different data sets or share no sample, or the primary figure does
            not apply to them.
    """
    if len(runs) < 2:
        raise InvalidRequest("Name at least two runs of one data set.")
    record = runs[0].record
    samples = shared(runs)
    points = [_point(run, of, scorer) for run, of in zip(runs, samples, strict=True)]
    points.sort(key=lambda point: (point.visual_tokens is None, point.visual_tokens or 0))
    return Budgets(
        dataset=record.dataset,
        title=record.title,
        split=record.split,
        primary=scorer.primary,
        n=len(samples[0]),
        is_same_data=len({run.record.data for run in runs}) == 1,
        points=tuple(points),
    )


def _point(run: ScoredRun, samples: Sequence[Scored], scorer: Scorer) -> BudgetPoint:
    def primary(scored: Sequence[Scored]) -> dict[str, float]:
        return {name: value for name, value in scorer.figures(scored).items() if name == scorer.primary}

    found = figure_intervals(samples, primary, seed=run.record.seed)
    if not found:
        raise InvalidRequest(f"{run.name} has no {scorer.primary}: it applies to none of the samples.")
    record, pages = run.record, run.record.n_pages_read
    return BudgetPoint(
        name=run.name,
        model=record.model,
        visual_tokens=record.visual_tokens,
        measured=tokens(record, [each.prediction for each in run.scored]).visual_per_page,
        primary=found[0],
        run_seconds_per_page=record.seconds / pages if pages else None,
        cost_per_page=record.cost / pages if pages and record.cost is not None else None,
    )
