"""Two runs compared on the samples that they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docai.evaluation.reporting.comparison import Changed, Comparison, Flip, PartDifference, Ratio
from docai.evaluation.reporting.costs import total_usage, visual_tokens
from docai.evaluation.reporting.draws import groups_of
from docai.evaluation.reporting.flattening import flat
from docai.evaluation.reporting.intervals import SECONDS, Difference, figure_differences
from docai.evaluation.reporting.item_scores import RIGHT, item_score, scored_by
from docai.evaluation.reporting.parts import parts_of
from docai.evaluation.reporting.sharing import ScoredRun, shared
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.scoring.scorer import Scored, Scorer

_FEW_GROUPS = 20


def compared(first: ScoredRun, second: ScoredRun, scorer: Scorer) -> Comparison:
    """The second run held against the first.

    Raises:
        InvalidRequest: they are of different data sets, or share no sample.
    """
    one, other = shared([first, second])
    figures = figure_differences(one, other, scorer.figures, seed=first.record.seed)
    gained, lost = _flips(one, other, scorer)
    n_groups = len(groups_of([each.sample for each in one]))
    is_same_data = first.record.data == second.record.data
    return Comparison(
        first_name=first.name,
        second_name=second.name,
        first=first.record,
        second=second.record,
        is_same_data=is_same_data,
        n=len(one),
        n_groups=n_groups,
        n_only_first=len(first.scored) - len(one),
        n_only_second=len(second.scored) - len(other),
        primary=scorer.primary,
        figures=figures,
        parts=tuple(_parts(one, other, scorer, first.record.seed)),
        items_scored_by=scored_by((each.score for each in (*one, *other)), scorer.primary),
        gained=tuple(gained),
        lost=tuple(lost),
        ratios=tuple(_ratios(first, second, one, other)),
        changed=tuple(_changed(first.record, second.record)),
        notes=tuple(_notes(is_same_data, n_groups, figures)),
    )


def _parts(one: Sequence[Scored], other: Sequence[Scored], scorer: Scorer, seed: int) -> Iterator[PartDifference]:
    opposite = {each.sample.id: each for each in other}
    parts = parts_of(one)
    for category, name, of in parts:
        differences = figure_differences(
            of,
            [opposite[each.sample.id] for each in of],
            scorer.figures,
            seed=seed,
            seconds=SECONDS / len(parts),
        )
        for difference in differences:
            if difference.name == scorer.primary:
                yield PartDifference(category=category, name=name, n=len(of), difference=difference)


def _flips(one: Sequence[Scored], other: Sequence[Scored], scorer: Scorer) -> tuple[list[Flip], list[Flip]]:
    """Those that only the second run has right, and those that only the first has."""
    gained: list[Flip] = []
    lost: list[Flip] = []
    for before, after in zip(one, other, strict=True):
        first_score, second_score = (item_score(each.score, scorer.primary) for each in (before, after))
        if first_score is None or second_score is None or (first_score >= RIGHT) == (second_score >= RIGHT):
            continue
        flip = Flip(
            sample_id=before.sample.id,
            question=before.sample.question,
            truth=scorer.truth_text(before.sample),
            first=scorer.prediction_text(before.prediction),
            second=scorer.prediction_text(after.prediction),
            first_score=first_score,
            second_score=second_score,
            categories=dict(before.sample.categories),
        )
        (gained if second_score > first_score else lost).append(flip)
    for flips in (gained, lost):
        flips.sort(key=lambda flip: -abs(flip.second_score - flip.first_score))
    return gained, lost


def _ratios(first: ScoredRun, second: ScoredRun, one: Sequence[Scored], other: Sequence[Scored]) -> Iterator[Ratio]:
    """Of the shared samples, but for what is known of whole runs only: their time and money by page read."""
    before, after = ([each.prediction for each in run] for run in (one, other))
    yield _ratio("seconds a sample", "s", *(sum(p.seconds for p in of) / len(of) for of in (before, after)))
    yield _ratio("prompt tokens a sample", "tokens", *(total_usage(p).prompt_tokens / len(p) for p in (before, after)))
    yield _ratio("output tokens a sample", "tokens", *(total_usage(p).output_tokens / len(p) for p in (before, after)))
    seen = (visual_tokens(p) for p in (before, after))
    yield _ratio("visual tokens a sample", "tokens", *(None if n is None else n / len(one) for n in seen))
    records = first.record, second.record
    yield _ratio("seconds of the run a page read", "s", *(_by_page(run.seconds, run) for run in records))
    currency = records[0].currency
    if currency == records[1].currency:
        yield _ratio("cost a page read", currency, *(_by_page(run.cost, run) for run in records))


def _by_page(quantity: float | None, run: RunRecord) -> float | None:
    return quantity / run.n_pages_read if quantity is not None and run.n_pages_read else None


def _ratio(name: str, unit: str, first: float | None, second: float | None) -> Ratio:
    ratio = second / first if first and second is not None else None
    return Ratio(name=name, unit=unit, first=first, second=second, ratio=ratio)


_COMPARED = ("split", "first", "seed", "profile", "visual_tokens", "model", "engines", "docai_version", "hardware")


def _changed(first: RunRecord, second: RunRecord) -> Iterator[Changed]:
    one, other = (
        flat(run.model_dump(mode="json", include={*_COMPARED})) | flat(run.settings, "settings.")
        for run in (first, second)
    )
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield Changed(name=name, first=one.get(name), second=other.get(name))


def _notes(is_same_data: bool, n_groups: int, figures: Sequence[Difference]) -> Iterator[str]:
    if not is_same_data:
        yield "The two runs are not of the same data: only samples that are the same in both are compared."
    if n_groups < _FEW_GROUPS:
        yield f"Intervals from {n_groups} groups of samples are narrower than they should be."
    few = [each.difference for each in figures if 0 < each.difference.n_draws < 1_000]
    if few:
        yield (
            f"Intervals from fewer draws, since each is dear: {', '.join(figure.name for figure in few)} "
            f"({min(figure.n_draws for figure in few)} draws)."
        )
