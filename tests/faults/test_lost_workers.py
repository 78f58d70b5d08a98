"""Workers are killed, frozen, poisoned and replaced under load: nothing accepted is lost, doubled or mixed up."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.crew import eventually
from tests.faults.injector import are_lost, counted, freeze, freeze_holder, kill, leave, submitting
from tests.faults.papers import Kind, paper, papers
from tests.faults.site import LEASE_S, SWEEP_S, Site

RASTER, ALL, REST = "raster", "raster,ocr,parse,embed", "ocr,parse,embed"
PAGE_S = 0.02
Told = Callable[[str, object], None]


def full(*values: object, minutes: int = 30) -> object:
    return pytest.param(*values, marks=[pytest.mark.full, pytest.mark.timeout(60 * minutes)])


@pytest.mark.parametrize(("n_kills", "n_documents", "seed"), [(40, 100, 1), full(200, 500, 2)])
def test_killed_workers_lose_and_double_nothing(
    site: Site, tell: Told, n_kills: int, n_documents: int, seed: int
) -> None:
    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, REST, page_s=PAGE_S)
        contents, dice = papers(run.random, n_documents), random.Random(seed)
        begun = time.monotonic()
        kill(run, submitting(run, contents, n_kills), dice)
        run.finish(300)
        tell("seconds", round(time.monotonic() - begun))
        tell("solo crashes of sane pages", run.books.n_solo_crashes_of_innocents())
        assert run.books.breaches() == []
        assert sum(end.status == -signal.SIGKILL for end in run.crew.ends) >= n_kills


@pytest.mark.parametrize(("n_freezes", "n_documents", "seed"), [(10, 25, 3), full(100, 150, 4)])
def test_a_worker_that_slept_past_its_lease_saves_nothing(
    site: Site, tell: Told, n_freezes: int, n_documents: int, seed: int
) -> None:
    # A worker that sees that it made no progress for long ends itself; here it is to try and save its result.
    with site.run(seed, DOCAI_WORKER__STAGE_BUDGET_S="120") as run:
        run.crew.start(ALL, ALL, ALL, page_s=0.15)
        contents, dice = papers(run.random, n_documents), random.Random(seed)
        more = submitting(run, contents, -(-n_freezes // 2))
        lost, slowest_s = freeze(run, n_freezes, dice, more)
        run.finish(300)
        tell("late leases", len(lost))
        tell("slowest taken back after, s", round(slowest_s, 1))
        assert len(lost) >= n_freezes
        assert counted(run, lost) == []
        assert run.books.breaches() == []


@pytest.mark.parametrize(("n_documents", "seed"), [(15, 5), full(500, 6)])
def test_poison_kills_its_own_page_and_no_other(site: Site, tell: Told, n_documents: int, seed: int) -> None:
    kinds = (Kind.SEGFAULT, Kind.LOOP, Kind.HOG, Kind.OCR_SEGFAULT, Kind.SEGFAULT)
    with site.run(seed, DOCAI_WORKER__STAGE_BUDGET_S="2") as run:
        run.crew.start(RASTER, ALL, REST)
        poisoned = [paper(run.random, 5, {run.random.randint(1, 5): kind}) for kind in kinds]
        contents = papers(run.random, n_documents - len(poisoned)) + poisoned
        run.random.shuffle(contents)
        for content in contents:
            run.submit(content)
        run.finish(300)
        tell("workers lost", len(run.crew.ends))
        assert run.books.breaches() == []
        assert run.books.n_solo_crashes_of_innocents() == 0
        dead = run.books.rows("SELECT document_id, page_number FROM work_item WHERE state = 'dead'")
        assert len(dead) == len(poisoned)


@pytest.mark.parametrize(("n_restarts", "n_documents", "seed"), [(5, 40, 7), full(50, 400, 8)])
def test_workers_that_are_asked_to_leave_finish_their_page(
    site: Site, n_restarts: int, n_documents: int, seed: int
) -> None:
    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, REST, page_s=PAGE_S)
        contents = papers(run.random, n_documents)
        leave(run, submitting(run, contents, n_restarts), random.Random(seed))
        run.finish(300)
        assert run.books.breaches() == []
        assert [end.status for end in run.crew.ends] == [0] * n_restarts
        assert run.books.rows("SELECT id FROM work_item WHERE crashes > 0 OR errors > 0") == []


def test_a_lost_worker_is_noticed_within_a_lease_and_a_sweep(site: Site, tell: Told) -> None:
    with site.run(9) as run:
        (name,) = run.crew.start(ALL, page_s=0.2)
        for content in papers(run.random, 5):
            run.submit(content)
        held = freeze_holder(run, random.Random(9), name)  # so that it holds them still when it is killed
        run.crew.signal(name, signal.SIGKILL)
        took_s = eventually(lambda: are_lost(run, held), 60)
        tell("seconds", took_s)
        assert took_s is not None
        assert took_s <= LEASE_S + SWEEP_S + 1.0  # a sweep takes its time
        run.finish(60)
        assert run.books.breaches() == []
