"""How far a job is: pages, stages, and the seconds that are left at its own pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from docai.domain.documents import PageState
from docai.domain.jobs import Job, StageCount
from docai.protocols import UnitOfWork


def as_of_now(unit: UnitOfWork, jobs: Sequence[Job], now: datetime) -> list[Job]:
    """Jobs with their progress; those that have ended are left as they are."""
    running = [job.document_id for job in jobs if not job.state.is_final]
    if not running:
        return list(jobs)
    counts = unit.documents.state_counts(running)
    stages = unit.work.standing(running)
    return [
        job
        if job.state.is_final
        else _standing(job, counts.get(job.document_id, {}), stages.get(job.document_id, ()), now)
        for job in jobs
    ]


def _standing(job: Job, counts: Mapping[PageState, int], stages: Sequence[StageCount], now: datetime) -> Job:
    total = sum(counts.values()) or None
    done = sum(n for state, n in counts.items() if state.is_final)
    known = {"pages_total": total, "pages_done": done, "pages_failed": counts.get(PageState.FAILED, 0)}
    left = seconds_left(job, pages_total=total, pages_done=done, now=now)
    return job.model_copy(update={**known, "stages": tuple(stages), "seconds_left": left})


def seconds_left(job: Job, *, pages_total: int | None, pages_done: int, now: datetime) -> float | None:
    """How long a job will take at the pace it had so far, seconds; None while no page of its own is done.

    Args:
        job: as stored: its `pages_done` are those that stood when it started, read by an earlier job.
        pages_total: of the document.
        pages_done: as of now.
        now: the time.
    """
    if job.started_at is None or pages_total is None:
        return None
    n_own = pages_done - job.pages_done
    elapsed = (now - job.started_at).total_seconds()
    if n_own <= 0 or elapsed <= 0:
        return None
    return round((pages_total - pages_done) * elapsed / n_own, 1)
