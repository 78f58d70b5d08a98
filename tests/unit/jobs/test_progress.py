"""The seconds that are left, from a job's own pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from docai.domain.ids import DocumentId, TenantId, new_job_id
from docai.domain.jobs import Job, JobState
from docai.jobs.progress import seconds_left

START = datetime(2026, 11, 23, tzinfo=UTC)


def job(*, started: bool = True, already_done: int = 0) -> Job:
    return Job(
        id=new_job_id(),
        tenant_id=TenantId(uuid4()),
        document_id=DocumentId(uuid4()),
        state=JobState.RUNNING,
        pages_done=already_done,
        created_at=START,
        started_at=START if started else None,
    )


@pytest.mark.parametrize(
    ("of", "total", "done", "after_s", "left"),
    [
        (job(), 10, 2, 4, 16.0),
        (job(), 10, 10, 4, 0.0),
        (job(already_done=6), 10, 8, 4, 4.0),
        (job(), 10, 0, 4, None),
        (job(already_done=6), 10, 6, 4, None),
        (job(), None, 0, 4, None),
        (job(started=False), 10, 2, 4, None),
        (job(), 10, 2, -1, None),
    ],
)
def test_the_pace_so_far_goes_on(of: Job, total: int | None, done: int, after_s: float, left: float | None) -> None:
    now = START + timedelta(seconds=after_s)
    assert seconds_left(of, pages_total=total, pages_done=done, now=now) == left
