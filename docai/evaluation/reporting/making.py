"""A run's report made of its scored samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from docai.evaluation.datasets.dataset import Dataset
from docai.evaluation.reporting.costs import seconds_per_page, spread, tokens
from docai.evaluation.reporting.draws import groups_of
from docai.evaluation.reporting.intervals import SECONDS, Figure, figure_intervals
from docai.evaluation.reporting.item_scores import item_score, scored_by
from docai.evaluation.reporting.items import chosen, item_of
from docai.evaluation.reporting.overlaps import contamination_of, overlap_parts
from docai.evaluation.reporting.parts import parts_of
from docai.evaluation.reporting.report import Part, Report
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.scoring.scorer import Scored

_FEW_GROUPS = 20
_N_WORST, _N_OTHERS = 20, 10
_BINS = 10


def report_of(run: RunRecord, dataset: Dataset, scored: Sequence[Scored]) -> Report:
    """The report of a run.

    Args:
        run: Its record.
        dataset: Whose scorer made the scores.
        scored: At least one; in the set's order.
    """
    scorer = dataset.scorer
    predictions = [each.prediction for each in scored]
    figures = figure_intervals(scored, scorer.figures, seed=run.seed)
    n_groups = len(groups_of([each.sample for each in scored]))
    per_sample = spread([each.seconds for each in predictions])
    assert per_sample is not None
    worst, others = chosen(scored, scorer.primary, n_worst=_N_WORST, n_others=_N_OTHERS, seed=run.seed)
    pages = run.n_pages_read
    return Report(
        run=run,
        task=dataset.task,
        licence=dataset.licence,
        primary=scorer.primary,
        n=len(scored),
        n_groups=n_groups,
        n_failed=sum(each.failure is not None for each in predictions),
        n_abstained=sum(each.answer is not None and not each.answer.answerable for each in predictions),
        figures=figures,
        parts=tuple(_parts(run, dataset, scored)),
        items_scored_by=scored_by((each.score for each in scored), scorer.primary),
        distribution=_distribution(scored, scorer.primary),
        seconds_per_sample=per_sample,
        seconds_per_page=seconds_per_page(dataset.task, predictions),
        run_seconds_per_page=run.seconds / pages if pages else None,
        tokens=tokens(run, predictions),
        cost_per_page=run.cost / pages if pages and run.cost is not None else None,
        worst=tuple(item_of(each, scorer) for each in worst),
        others=tuple(item_of(each, scorer) for each in others),
        notes=tuple(_notes(run, len(scored), n_groups, figures)),
    )


def _parts(run: RunRecord, dataset: Dataset, scored: Sequence[Scored]) -> Iterator[Part]:
    parts = parts_of(scored)
    if (found := contamination_of(run)) is not None:
        parts += overlap_parts(found, scored)
    for category, name, of in parts:
        figures = figure_intervals(of, dataset.scorer.figures, seed=run.seed, seconds=SECONDS / len(parts))
        yield Part(category=category, name=name, n=len(of), figures=figures)


def _distribution(scored: Sequence[Scored], primary: str) -> tuple[int, ...]:
    scores = [score for each in scored if (score := item_score(each.score, primary)) is not None]
    counts = Counter(min(int(score * _BINS), _BINS - 1) for score in scores)
    return tuple(counts[number] for number in range(_BINS))


def _notes(run: RunRecord, n: int, n_groups: int, figures: Sequence[Figure]) -> Iterator[str]:
    if n < run.n_samples:
        yield f"Only {n:,} of {run.n_samples:,} samples have a prediction; the figures are of these."
    if run.first is not None:
        yield f"A sample of the set: at most {run.first:,}, drawn by lot with seed {run.seed}."
    if (found := contamination_of(run)) is not None and found.n_contaminated:
        yield f"{found.n_contaminated:,} of {found.n_items:,} samples overlap with {found.against}."
    if n_groups < _FEW_GROUPS:
        yield f"Intervals from {n_groups} groups of samples are narrower than they should be."
    if missing := [figure.name for figure in figures if figure.low is None]:
        yield f"Without an interval: {', '.join(missing)}."
    n_draws = {figure.n_draws for figure in figures if figure.n_draws}
    if n_draws and min(n_draws) < 1_000:
        few = [figure.name for figure in figures if 0 < figure.n_draws < 1_000]
        yield f"Intervals from fewer draws, since each is dear: {', '.join(few)} ({min(n_draws)} draws)."
