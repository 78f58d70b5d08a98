"""Two ways to search, measured on the same queries: how far they agree, how fast and how good each is."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from docai.domain.ids import DocumentId, TenantId

DEPTH = 10
"""Ranks looked at."""
JUDGED_DEPTH = 5
"""Ranks of nDCG, as in ViDoRe v1 and v2."""

Place = tuple[DocumentId, int]
Ranking = Callable[[TenantId, str], Sequence[Place]]
"""A tenant's query to its best pages, best first, at least `DEPTH` where there are so many."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query, and which pages answer it, where somebody has said so."""

    tenant_id: TenantId
    text: str
    relevant: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class QueryComparison:
    """One query under both."""

    text: str
    overlap: float
    """Pages that both have among their first ten, as a share of what the shorter list has; 1 where both are empty."""
    is_same_first: bool
    ndcg: tuple[float, float] | None
    """Of the one and the other, where the query is judged."""


@dataclass(slots=True)
class Comparison:
    """All queries under both."""

    queries: list[QueryComparison] = field(default_factory=list)
    seconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def overlap(self) -> float:
        """Mean overlap of the first ten."""
        return statistics.fmean(query.overlap for query in self.queries)

    @property
    def same_first(self) -> float:
        """Share of queries with the same best page."""
        return statistics.fmean(query.is_same_first for query in self.queries)

    @property
    def median_s(self) -> tuple[float, float]:
        """Median seconds of a search."""
        return statistics.median(self.seconds[0]), statistics.median(self.seconds[1])

    @property
    def ndcg(self) -> tuple[float, float] | None:
        """Mean nDCG@5 over the judged queries; None where none is."""
        judged = [query.ndcg for query in self.queries if query.ndcg is not None]
        if not judged:
            return None
        return statistics.fmean(one for one, _ in judged), statistics.fmean(other for _, other in judged)

    @property
    def n_judged(self) -> int:
        """How many queries are judged."""
        return sum(query.ndcg is not None for query in self.queries)


def compare(
    queries: Iterable[JudgedQuery], one: Ranking, other: Ranking, on_done: Callable[[], None] = lambda: None
) -> Comparison:
    """Ask every query of both, turn about, so that a busy moment slows both alike.

    Raises:
        DocaiError: whatever a ranking raises.
    """
    comparison = Comparison()
    for number, query in enumerate(queries):
        found: list[Sequence[Place]] = [(), ()]
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            start = time.perf_counter()
            found[side] = (one, other)[side](query.tenant_id, query.text)
            comparison.seconds[side].append(time.perf_counter() - start)
        comparison.queries.append(_compared(query, found[0], found[1]))
        on_done()
    return comparison


def ndcg(ranked: Sequence[Place], relevant: frozenset[Place], depth: int = JUDGED_DEPTH) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002, as mteb computes it).

    Args:
        ranked: best first.
        relevant: at least one.
        depth: ranks that count.

    Returns:
        0 to 1: 1 where the relevant pages come first.
    """
    gain = sum(1 / math.log2(rank + 1) for rank, place in enumerate(ranked[:depth], start=1) if place in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(depth, len(relevant)) + 1))
    return gain / ideal


def _compared(query: JudgedQuery, one: Sequence[Place], other: Sequence[Place]) -> QueryComparison:
    first, second = one[:DEPTH], other[:DEPTH]
    shorter = min(len(first), len(second))
    overlap = len(set(first) & set(second)) / shorter if shorter else float(len(first) == len(second))
    gains = (ndcg(one, query.relevant), ndcg(other, query.relevant)) if query.relevant else None
    return QueryComparison(query.text, overlap, first[:1] == second[:1], gains)
