"""What it costs to reach the embedded page index through its owner's socket instead of opening it in the process.

    python benchmarks/index_owner.py [--pages 200] [--vectors 500] [--dimension 128] [--rounds 5] [--searches 20]

Each round writes the same pages to a fresh index of either kind, turn about, page by page, and then searches them, so
that a busy machine slows both alike. The ratio is that of the medians over the rounds, the socket's over the
process's own.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.protocols import PageIndex
from docai.stores.qdrant.edge import EdgeIndex
from docai.stores.qdrant.remote import RemoteIndex

ENCODER = "benchmark/1"
QUERY_VECTORS = 24
"""Tokens of a long question."""


class Cost(NamedTuple):
    upsert_ms: float
    search_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--vectors", type=int, default=500, help="of a page")
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--searches", type=int, default=20, help="of a round")
    a = parser.parse_args()
    random = np.random.default_rng(1)
    pages = [unit(random.standard_normal((a.vectors, a.dimension))) for _ in range(a.pages)]
    queries = [unit(random.standard_normal((QUERY_VECTORS, a.dimension))) for _ in range(a.searches)]
    own, owners = [], []
    for _ in range(a.rounds):
        with in_process(a.dimension) as index:
            own.append(cost(index, pages, queries))
        with over_socket(a.dimension) as index:
            owners.append(cost(index, pages, queries))
    for doing in Cost._fields:
        here = statistics.median(getattr(c, doing) for c in own)
        there = statistics.median(getattr(c, doing) for c in owners)
        print(json.dumps({doing: {"own": round(here, 2), "socket": round(there, 2), "ratio": round(there / here, 2)}}))


def unit(drawn: Matrix) -> Matrix:
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@contextmanager
def in_process(dimension: int) -> Iterator[PageIndex]:
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex(Path(folder) / "index", dimension=dimension, encoder=ENCODER)
        yield index
        index.close()


@contextmanager
def over_socket(dimension: int) -> Iterator[PageIndex]:
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "socket"
        places = ["--folder", str(Path(folder) / "indexes"), "--socket", str(at)]
        with subprocess.Popen([sys.executable, "-m", "docai.stores.qdrant.owner", *places]) as owner:
            while not at.exists() and owner.poll() is None:
                time.sleep(0.01)
            index = RemoteIndex(at, dimension=dimension, encoder=ENCODER)
            yield index
            index.close()
            owner.terminate()


def cost(index: PageIndex, pages: list[Matrix], queries: list[Matrix]) -> Cost:
    """Milliseconds per page written and per search."""
    tenant, document = TenantId(UUID(int=1)), DocumentId(UUID(int=2))
    began = time.perf_counter()
    for number, vectors in enumerate(pages, start=1):
        index.upsert(tenant, document, number, PageEmbedding(vectors, (), (), ENCODER))
    written = time.perf_counter()
    for vectors in queries:
        found = index.search(tenant, QueryEmbedding(vectors, (), ENCODER), document_ids=(), limit=20)
        assert len(found) == min(20, len(pages))
    searched = time.perf_counter()
    return Cost((written - began) / len(pages) * 1000, (searched - written) / len(queries) * 1000)


if __name__ == "__main__":
    main()
