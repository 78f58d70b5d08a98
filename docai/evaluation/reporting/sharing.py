"""Runs of one data set, and the samples that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.errors import InvalidRequest
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import Scored


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """A run with its samples' scores."""

    name: str
    """Of its folder."""
    record: RunRecord
    scored: Sequence[Scored]


def shared(runs: Sequence[ScoredRun]) -> list[list[Scored]]:
    """Of each run the samples that are the same in all, in the first run's order.

    Raises:
        InvalidRequest: the runs are of different data sets, or share no sample.
    """
    first = runs[0]
    for run in runs:
        if run.record.dataset != first.record.dataset:
            raise InvalidRequest(
                f"{first.name} is a run of {first.record.dataset}, {run.name} one of {run.record.dataset}."
            )
    by_id = [{each.sample.id: each for each in run.scored} for run in runs]
    kept = [
        each.sample.id
        for each in first.scored
        if all(each.sample.id in of and _asked(of[each.sample.id].sample) == _asked(each.sample) for of in by_id)
    ]
    if not kept:
        raise InvalidRequest(f"{', '.join(run.name for run in runs)} have no sample in common.")
    return [[of[each] for each in kept] for of in by_id]


def _asked(sample: Sample) -> tuple[object, ...]:
    """What makes samples of one id the same."""
    return sample.task, sample.question, sample.truth, sample.schema, [file.name for file in sample.files]
