"""The harness itself: with one safeguard switched off, the checker must find a promise broken; with all on, none."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import pytest

from docai.domain.ids import JobId, TenantId
from tests.faults.crew import eventually
from tests.faults.injector import freeze, kill, submitting
from tests.faults.papers import Kind, Sheet, papers, written
from tests.faults.site import Run, Site
from tests.faults.test_lost_workers import ALL, RASTER

SETTLED_S = 12.0
"""Beyond a lease, a sweep and the longest backoff of these runs."""


def _frozen(run: Run, switches: Sequence[str]) -> None:
    run.crew.start(RASTER, ALL, page_s=0.15, switches=switches)
    freeze(run, 6, random.Random(60), submitting(run, papers(run.random, 20), 3))


def _killed(run: Run, switches: Sequence[str]) -> None:
    run.crew.start(RASTER, ALL, page_s=0.1, switches=switches)
    kill(run, submitting(run, papers(run.random, 10), 4), random.Random(61))


def _undisturbed(run: Run, switches: Sequence[str]) -> None:
    run.crew.start(ALL, switches=switches)
    for content in papers(run.random, 3):
        run.submit(content)


def _restarted(run: Run, switches: Sequence[str]) -> None:
    """Jobs are cancelled while workers hold their pages, and begun anew at once."""
    run.crew.start(ALL, RASTER, page_s=0.2, switches=switches)
    for _ in range(3):
        sheets = [Sheet(b"%s %016x" % (Kind.TEXT.encode(), run.random.getrandbits(64))) for _ in range(6)]
        entry = run.submit(written(sheets))
        held = "SELECT 1 FROM work_item WHERE document_id = %s AND stage = 'read' AND state = 'leased'"
        assert eventually(lambda entry=entry: run.books.rows(held, entry.document_id), 30) is not None
        tenant = TenantId(entry.tenant_id)
        run.system.jobs.cancel(tenant, JobId(entry.job_id))
        entry.earlier_jobs.append(entry.job_id)
        entry.job_id = run.system.jobs.retry(tenant, JobId(entry.job_id)).id


@pytest.mark.parametrize(
    ("switch", "scenario"),
    [
        ("no fencing", _frozen),
        ("no outbox", _undisturbed),
        ("no sweeper", _killed),
        ("no epoch", _restarted),
        (None, _restarted),
    ],
)
def test_each_safeguard_is_missed(
    site: Site, switch: str | None, scenario: Callable[[Run, Sequence[str]], None]
) -> None:
    switches = [switch] if switch else []
    with site.run(62, switches=switches) as run:
        scenario(run, switches)
        if switch is None:
            run.finish(60)
            assert run.books.breaches() == []
            return
        eventually(lambda: run.books.breaches() == [], SETTLED_S, 1.0)
        time.sleep(1.0)
        assert run.books.breaches() != []
