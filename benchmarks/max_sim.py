"""How fast many pages are scored at once (`max_sim_all`), beside a loop over them that does by definition (`max_sim`).

    python benchmarks/max_sim.py [--pages 100] [--vectors 736] [--dimension 128] [--query 24] [--rounds 60]

Turn about in each round, so that a busy machine slows all alike; the ratio is that of the medians. Pages are float16,
as every index keeps them; the loop multiplies in float32 too, and numpy widens the page for that. The last two lines
are of the same pages kept in float32, in twice the memory: there the matrix product is nearly all, and no faster.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np

from docai.late_interaction import max_sim, max_sim_all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--vectors", type=int, default=736, help="of a page")
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--query", type=int, default=24, help="vectors of the query")
    parser.add_argument("--rounds", type=int, default=60)
    a = parser.parse_args()
    random = np.random.default_rng(1)
    drawn = random.standard_normal((a.pages, a.vectors, a.dimension))
    stored = list((drawn / np.linalg.norm(drawn, axis=2, keepdims=True)).astype(np.float16))
    wide = [page.astype(np.float32) for page in stored]
    query = random.standard_normal((a.query, a.dimension)).astype(np.float32)
    ways: dict[str, Callable[[], object]] = {
        "float16, loop": lambda: [max_sim(query, page) for page in stored],
        "float16, all at once": lambda: max_sim_all(query, stored),
        "float32, loop": lambda: [max_sim(query, page) for page in wide],
        "float32, all at once": lambda: max_sim_all(query, wide),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(a.rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            scores = way()
            times[name].append((time.perf_counter() - began) * 1000)
            assert np.allclose(scores, [max_sim(query, page) for page in wide], rtol=1e-5)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        loop = medians[f"{name.partition(',')[0]}, loop"]
        figures = {"p50_ms": round(medians[name], 2), "best_ms": round(min(taken), 2)}
        print(json.dumps({name: {**figures, "times_as_fast": round(loop / medians[name], 2)}}))


if __name__ == "__main__":
    main()
