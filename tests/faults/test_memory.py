"""A worker reads many documents without growing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.faults.crew import eventually
from tests.faults.papers import paper
from tests.faults.site import Run, Site
from tests.faults.test_lost_workers import ALL, Told, full

MAX_SLOPE_MB = 10.0
"""Growth per 1,000 documents after warm-up."""


@pytest.mark.parametrize(("n_documents", "n_pages", "seed"), [(160, 1, 70), full(5000, 4, 71, minutes=90)])
def test_a_worker_does_not_grow(site: Site, tell: Told, n_documents: int, n_pages: int, seed: int) -> None:
    with site.run(seed) as run:
        (name,) = run.crew.start(ALL)
        samples: list[tuple[int, float]] = []
        portion = max(20, n_documents // 40)
        for n in range(0, n_documents, portion):
            for _ in range(portion):
                run.submit(paper(run.random, n_pages))
            run.finish(600)
            samples.append((n + portion, _rss_mb(run, name)))
        warm = samples[len(samples) // 3 :]
        slope = float(np.polyfit([n for n, _ in warm], [mb for _, mb in warm], 1)[0]) * 1000
        tell("MB per 1,000 documents", round(slope, 2))
        tell("MB at first and last", (round(samples[0][1]), round(samples[-1][1])))
        # Over so few documents a single arena counts; the full run is the measure.
        assert slope <= (MAX_SLOPE_MB if n_documents >= 1000 else 4 * MAX_SLOPE_MB)
        assert run.books.breaches() == []
        assert run.crew.ends == []


def _rss_mb(run: Run, name: str) -> float:
    assert eventually(lambda: run.crew.pid(name) is not None, 10) is not None
    pages = int(Path(f"/proc/{run.crew.pid(name)}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
