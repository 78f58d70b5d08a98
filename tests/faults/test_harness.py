"""The harness itself: with one safeguard switched off, the checker must find a promise broken; with all on, none."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from docai.domain.ids import JobId, TenantId
from docai.errors import NothingToRetry
from tests.faults.crew import eventually
from tests.faults.injector import freeze, freeze_holder, submitting
from tests.faults.ledger import Accepted
from tests.faults.papers import Kind, Sheet, papers, written
from tests.faults.site import Run, Site
from tests.faults.test_lost_workers import ALL, RASTER

PAGES_S = 1.2
"""What reading six slow pages takes."""
SETTLED_S = 12.0
"""Beyond a lease, a sweep and the longest backoff of these runs."""


def _frozen(run: Run, switches: Sequence[str]) -> None:
    run.crew.start(ALL, ALL, ALL, page_s=0.15, switches=switches)
    freeze(run, 4, random.Random(60), submitting(run, papers(run.random, 12), 2))


def _killed(run: Run, switches: Sequence[str]) -> None:
    names = run.crew.start(RASTER, ALL, page_s=0.1, switches=switches)
    for content in papers(run.random, 10):
        run.submit(content)
    freeze_holder(run, random.Random(61), names[0])  # so that it holds its leases still when it is killed
    run.crew.signal(names[0], signal.SIGKILL)


def _undisturbed(run: Run, switches: Sequence[str]) -> None:
    run.crew.start(ALL, switches=switches)
    for content in papers(run.random, 3):
        run.submit(content)


def _cancelled(run: Run, switches: Sequence[str]) -> None:
    """Jobs are cancelled while workers hold their pages, and begun anew some time later."""
    run.crew.start(ALL, RASTER, page_s=0.2, switches=switches)
    entries = []
    for _ in range(3):
        sheets = [Sheet(b"%s %016x" % (Kind.TEXT.encode(), run.random.getrandbits(64))) for _ in range(6)]
        entry = run.submit(written(sheets))
        assert eventually(lambda entry=entry: _is_read(run, entry), 30, 0.01) is not None
        run.system.jobs.cancel(TenantId(entry.tenant_id), JobId(entry.job_id))
        entries.append(entry)
    time.sleep(4 * PAGES_S)
    for entry in entries:
        entry.earlier_jobs.append(entry.job_id)
        with suppress(NothingToRetry):
            entry.job_id = run.system.jobs.retry(TenantId(entry.tenant_id), JobId(entry.job_id)).id


def _is_read(run: Run, entry: Accepted) -> bool:
    held = "SELECT 1 FROM work_item WHERE document_id = %s AND stage = 'read' AND state = 'leased'"
    return bool(run.books.rows(held, entry.document_id))


@pytest.mark.parametrize(
    ("switch", "scenario"),
    [
        ("no fencing", _frozen),
        ("no outbox", _undisturbed),
        ("no sweeper", _killed),
        ("no epoch", _cancelled),
        (None, _cancelled),
    ],
)
def test_each_safeguard_is_missed(
    site: Site, switch: str | None, scenario: Callable[[Run, Sequence[str]], None]
) -> None:
    switches = [switch] if switch else []
    with site.run(62, switches=switches, DOCAI_WORKER__STAGE_BUDGET_S="120") as run:
        scenario(run, switches)
        if switch is None:
            run.finish(60)
            assert run.books.breaches() == []
            return
        eventually(lambda: run.books.breaches() == [], SETTLED_S, 1.0)
        time.sleep(1.0)
        assert run.books.breaches() != []
