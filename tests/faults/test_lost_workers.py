"""Workers are killed, frozen, poisoned and replaced under load: nothing accepted is lost, doubled or mixed up."""

from __future__ import annotations

import random
import signal
import time
from itertools import count

import pytest

from tests.faults.papers import papers
from tests.faults.site import Run, Site

RASTER, ALL, REST = "raster", "raster,ocr,parse,embed", "ocr,parse,embed"
PAGE_S = 0.02


@pytest.mark.parametrize(
    ("n_kills", "n_documents", "seed"),
    [(40, 100, 1), pytest.param(200, 500, 2, marks=[pytest.mark.full, pytest.mark.timeout(1800)])],
)
def test_killed_workers_lose_and_double_nothing(site: Site, n_kills: int, n_documents: int, seed: int) -> None:
    with site.run(seed) as run:
        run.crew.start(RASTER, ALL, REST, page_s=PAGE_S)
        contents = papers(run.random, n_documents)
        begun = time.monotonic()
        for content in contents[: n_documents // 2]:
            run.submit(content)
        _kill(run, n_kills, contents[n_documents // 2 :])
        run.finish(120)
        print(f"{n_kills} kills, {n_documents} documents, {time.monotonic() - begun:.0f} s")
        assert run.books.breaches() == []
        assert sum(end.status == -signal.SIGKILL for end in run.crew.ends) >= n_kills


def _kill(run: Run, n_kills: int, more: list[bytes]) -> None:
    """Kill workers one after another, at random moments, while documents come in; and go on while there is work."""
    dice = random.Random(run.random.random())
    waiting = iter(more)
    n_each = -(-len(more) // n_kills)
    for n in count():
        if n >= n_kills:
            break
        for content in [c for _, c in zip(range(n_each), waiting)]:
            run.submit(content)
        name = dice.choice(run.crew.names)
        before = run.crew.pid(name)
        time.sleep(dice.uniform(0.0, 0.6))
        run.crew.signal(name, signal.SIGKILL)
        run.crew.wait_replaced(name, before)
    for content in waiting:
        run.submit(content)
