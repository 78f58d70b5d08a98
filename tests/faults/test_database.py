"""PostgreSQL crashes under load: nothing that was acknowledged is lost, and work goes on when it is back."""

from __future__ import annotations

import random
import threading
import time

import pytest

from tests.faults.crew import eventually
from tests.faults.papers import papers
from tests.faults.site import Run, Site
from tests.faults.test_lost_workers import ALL, PAGE_S, RASTER, REST, Told, full

RECOVERED_S = 5.0


@pytest.mark.parametrize(("n_restarts", "n_documents", "seed"), [(2, 40, 30), full(20, 300, 31)])
def test_a_crash_of_the_database_loses_nothing_acknowledged(
    site: Site, tell: Told, n_restarts: int, n_documents: int, seed: int
) -> None:
    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, REST, page_s=PAGE_S)
        contents, dice = papers(run.random, n_documents), random.Random(seed)
        client = threading.Thread(target=_submit_all, args=(run, contents, n_restarts))
        client.start()
        slowest_s = 0.0
        for _ in range(n_restarts):
            time.sleep(dice.uniform(0.5, 2.0))
            site.restart_postgres()
            before = _n_done(run)
            took_s = eventually(lambda before=before: _n_done(run) > before or run.books.n_unfinished() == 0, 60)
            assert took_s is not None
            slowest_s = max(slowest_s, took_s)
        client.join()
        run.finish(300)
        tell("slowest recovery, s", round(slowest_s, 1))
        assert len(run.ledger.live) == n_documents
        assert run.books.breaches() == []
        assert slowest_s <= RECOVERED_S


def _submit_all(run: Run, contents: list[bytes], n_restarts: int) -> None:
    for content in contents:
        run.submit(content)
        time.sleep(2.0 * n_restarts / len(contents))


def _n_done(run: Run) -> int:
    return int(run.books.rows("SELECT count(*) AS n FROM usage")[0]["n"])
