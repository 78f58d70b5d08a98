"""The broker is killed, emptied, away, repeats itself and forgets: work is late at most, and uploads are taken."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

import pytest
import redis

from tests.faults.crew import eventually
from tests.faults.papers import paper, papers
from tests.faults.site import Run, Site
from tests.faults.switches import switched
from tests.faults.test_lost_workers import ALL, RASTER, REST, Told, full

RESUMED_S = 10.0
UPLOAD_S = 2.0


def test_uploads_are_taken_at_once_while_there_is_no_broker(site: Site) -> None:
    with site.run(20) as run:
        run.crew.start(ALL)
        site.valkey.stop()
        begun = time.monotonic()
        for content in papers(run.random, 5):
            run.submit(content)
        assert time.monotonic() - begun < UPLOAD_S
        site.valkey.start()
        run.finish(RESUMED_S + 5)
        assert run.books.breaches() == []


@pytest.mark.parametrize(("n_each", "away_s", "seed"), [(3, 1.0, 21), full(20, 1.0, 22), full(1, 300.0, 23)], ids=str)
def test_work_goes_on_when_the_broker_is_back(site: Site, tell: Told, n_each: int, away_s: float, seed: int) -> None:
    def killed(run: Run) -> None:
        assert site.valkey.pid is not None
        os.kill(site.valkey.pid, signal.SIGKILL)
        run.submit(paper(run.random, 3))
        time.sleep(away_s)
        site.valkey.start()

    def emptied(run: Run) -> None:
        run.submit(paper(run.random, 3))
        with redis.Redis.from_url(site.valkey.url) as client:
            client.flushall()

    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, REST)
        faults: list[Callable[[Run], None]] = [killed] * n_each + [emptied] * n_each
        random.Random(seed).shuffle(faults)
        slowest_s = 0.0
        for fault in faults:
            fault(run)
            slowest_s = max(slowest_s, run.finish(60))
        tell("slowest, s", round(slowest_s, 1))
        assert run.books.breaches() == []
        assert slowest_s <= RESUMED_S


@pytest.mark.parametrize("switch", ["bells five times", "half the bells"])
@pytest.mark.parametrize(("n_documents", "seed"), [(12, 24), full(300, 25)])
def test_confused_bells_change_no_result(site: Site, switch: str, n_documents: int, seed: int) -> None:
    with site.run(seed, switches=[switch]) as run:
        run.crew.start(RASTER, ALL, REST, switches=[switch])
        for content in papers(run.random, n_documents):
            run.submit(content)
        run.finish(300)
        assert run.books.breaches() == []
        assert run.crew.ends == []


def test_a_lost_bell_is_noticed_within_seven_seconds(site: Site, tell: Told) -> None:
    with site.run(26, DOCAI_WORKER__SWEEP_S="5", DOCAI_WORKER__IDLE_S="60") as run:
        run.crew.start(ALL, REST)
        run.submit(paper(run.random, 1))
        run.finish(30)
        time.sleep(3.0)  # they are up and idle, and no bell is on its way
        with switched(["no bells"]):
            entry = run.submit(paper(run.random, 2))
            time.sleep(0.5)
        begun = "SELECT 1 FROM work_item WHERE document_id = %s AND (lease_token > 0)"
        took_s = eventually(lambda: run.books.rows(begun, entry.document_id), 30)
        assert took_s is not None
        tell("seconds", round(took_s + 0.5, 1))
        assert took_s + 0.5 <= 7.0 + 1.0  # a sweep, and a worker's way there, take their time
        run.finish(30)
        assert run.books.breaches() == []
