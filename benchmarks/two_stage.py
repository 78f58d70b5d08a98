"""What two stages of search save on the embedded index, what they miss, and how much disk every vector takes.

    python benchmarks/two_stage.py [--pages 10000] [--queries 20] [--candidates 50 100 200 500] [--plot FILE.svg]

Pages of patches, 32 rows of 23, each patch drawn from the page's subject, its row's and noise of its own; a query is 24
patches of one page, blurred. Searches by the default policy and searches that score every page take turns in blocks, by
the same engine over the same files; Recall@10 is the share of the ten best of all that the two stages find.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from curves import Chart, svg

from docai.domain.embeddings import Matrix, PageEmbedding, PageGrid, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy
from docai.stores.qdrant.edge import EdgeIndex

GRID, DIMENSION = PageGrid(32, 23), 128
"""What ColQwen2 makes of an upright A4 page."""
RAW_BYTES = GRID.n_vectors * DIMENSION * 2
"""A page's vectors in float16."""
QUERY_VECTORS, K = 24, 10
SUBJECT, ROW, BLUR = 0.5, 0.7, 0.6
"""Against a patch's own noise, and of a query's vector against the patch it is of, 1 each."""
EVERY_PAGE = CandidatePolicy(full_scan_pages=10**9)
ENCODER, TENANT, DOCUMENT = "benchmark/1", TenantId(UUID(int=1)), DocumentId(UUID(int=2))


@dataclass(frozen=True)
class Asked:
    """Searches by one policy."""

    seconds: list[float]
    found: list[list[int]]

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.seconds) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--candidates", type=int, nargs="*", default=[50, 100, 200, 500])
    parser.add_argument("--plot", type=Path, help="where to draw recall and time by number of candidates")
    a = parser.parse_args()
    queries = [query_of(number, a.pages) for number in range(a.queries)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "index"
        print(json.dumps({"stored": stored(folder, a.pages)}))
        half = max(1, len(queries) // 2)
        blocks = [block for block in (queries[:half], queries[half:]) if block]
        every, default = Asked([], []), Asked([], [])
        for block in blocks:
            for policy, asked in ((EVERY_PAGE, every), (DEFAULT_POLICY, default)):
                ask(folder, policy, block, asked)
        print(json.dumps({"every page": {"p50_ms": round(every.p50_ms, 1)}}))
        print(json.dumps({"default": figures(default, every)}))
        rows = {}
        for n in sorted(a.candidates):
            ask(folder, CandidatePolicy(full_scan_pages=0, candidates=n), queries, asked := Asked([], []))
            rows[n] = figures(asked, every)
            print(json.dumps({f"{n} candidates": rows[n]}))
    if a.plot is not None:
        a.plot.write_text(picture(rows, every.p50_ms), encoding="utf-8")


def stored(folder: Path, n_pages: int) -> dict[str, float]:
    """Write the pages and put the index in order; what that took, in time and on disk."""
    with opened(folder, DEFAULT_POLICY) as index:
        taken = 0.0
        for number in range(1, n_pages + 1):
            embedding = PageEmbedding(page(number), (), (), ENCODER, GRID.run_lengths, GRID)
            began = time.perf_counter()
            index.upsert(TENANT, DOCUMENT, number, embedding)
            taken += time.perf_counter() - began
        began = time.perf_counter()
        index.optimise()
        last = time.perf_counter() - began
    n_bytes = sum(file.stat().st_blocks * 512 for file in folder.rglob("*"))
    log = sum(file.stat().st_blocks * 512 for file in folder.rglob("wal/*"))
    return {
        "pages": n_pages,
        "upsert_ms": round(taken / n_pages * 1000, 2),
        "optimise_s": round(last, 1),
        "bytes_per_page": round(n_bytes / n_pages),
        "of_raw": round(n_bytes / n_pages / RAW_BYTES, 3),
        "of_raw_without_log": round((n_bytes - log) / n_pages / RAW_BYTES, 3),
    }


def ask(folder: Path, policy: CandidatePolicy, queries: Sequence[Matrix], asked: Asked) -> None:
    """Search by a policy, once unmeasured to open what is opened lazily."""
    with opened(folder, policy) as index:
        for query in (queries[0], *queries):
            began = time.perf_counter()
            found = index.search(TENANT, QueryEmbedding(query, (), ENCODER), document_ids=(), limit=K)
            asked.seconds.append(time.perf_counter() - began)
            asked.found.append([number for _, number, _ in found])
        del asked.seconds[-len(queries) - 1], asked.found[-len(queries) - 1]


def figures(asked: Asked, every: Asked) -> dict[str, float]:
    hits = [len(set(some) & set(best)) / K for some, best in zip(asked.found, every.found, strict=True)]
    return {
        "p50_ms": round(asked.p50_ms, 1),
        "of_every_page": round(asked.p50_ms / every.p50_ms, 3),
        "recall_at_10": round(statistics.mean(hits), 4),
    }


@contextmanager
def opened(folder: Path, policy: CandidatePolicy) -> Iterator[EdgeIndex]:
    index = EdgeIndex(folder, dimension=DIMENSION, encoder=ENCODER, policy=policy)
    try:
        yield index
    finally:
        index.close()


def page(number: int) -> Matrix:
    """A page's vectors, the same each time."""
    random = np.random.default_rng(number)
    subject = SUBJECT * random.standard_normal(DIMENSION, dtype=np.float32)
    rows = ROW * random.standard_normal((GRID.rows, 1, DIMENSION), dtype=np.float32)
    drawn = subject + rows + random.standard_normal((GRID.rows, GRID.columns, DIMENSION), dtype=np.float32)
    return unit(drawn.reshape(-1, DIMENSION))


def query_of(number: int, n_pages: int) -> Matrix:
    random = np.random.default_rng([number, n_pages])
    patches = page(int(random.integers(1, n_pages + 1)))[random.integers(GRID.n_vectors, size=QUERY_VECTORS)]
    return unit(patches + BLUR * unit(random.standard_normal(patches.shape, dtype=np.float32)))


def unit(vectors: Matrix) -> Matrix:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def picture(rows: dict[int, dict[str, float]], every_ms: float) -> str:
    recall = [(float(n), row["recall_at_10"]) for n, row in rows.items()]
    taken = [(float(n), row["p50_ms"]) for n, row in rows.items()]
    top = max(every_ms, *(ms for _, ms in taken))
    charts = [
        Chart("Recall@10", {"two stages": recall}, (0, 0.25, 0.5, 0.75, 1), line=0.99),
        Chart("Median of a search, ms", {"two stages": taken}, [round(top * i / 4) for i in range(5)], line=every_ms),
    ]
    return svg(charts, "candidates", sorted(rows))


if __name__ == "__main__":
    main()
