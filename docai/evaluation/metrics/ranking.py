"""nDCG, recall, hits and reciprocal rank of a ranking, as the ViDoRe benchmarks measure retrieval.

ViDoRe v1 and v2 report nDCG@5 over pages that are relevant or not (gain 1), v3 nDCG@10 over graded ones (gains 1 and
2), each through `mteb`, which has `pytrec_eval` and so NIST's `trec_eval` do the work (measures `ndcg_cut` and
`recall`). A benchmark's figure is the mean over its queries.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

import numpy as np

_Name = TypeVar("_Name", bound=Hashable)


class Gain(StrEnum):
    """What a page of relevance `r` is worth."""

    LINEAR = "linear"
    """`r`, as in `trec_eval` and so in ViDoRe; K. Jaervelin and J. Kekaelaeinen, ACM TOIS 20 (2002)."""
    EXPONENTIAL = "exponential"
    """`2 ** r - 1`; C. Burges et al., "Learning to rank using gradient descent" (ICML 2005). The same where `r` is 0 or
    1, steeper above."""


def trec_order(scores: Mapping[str, float]) -> list[str]:
    """Names by score as `trec_eval` ranks them, best first.

    Scores are compared in single precision, and of equal ones the name that is later in the alphabet comes first
    (`form_res_rels.c`). Any other rule for ties gives other figures where a reader scores many pages alike. The mean
    reciprocal rank of `mteb` itself leaves ties in the order given.

    Args:
        scores: Finite scores by name.

    Raises:
        ValueError: A score is no number.
    """
    if any(math.isnan(score) for score in scores.values()):
        raise ValueError("a score is no number")
    with np.errstate(over="ignore"):
        single = {name: float(np.float32(score)) for name, score in scores.items()}
    return sorted(sorted(single, key=lambda name: name.encode(), reverse=True), key=lambda name: -single[name])


def ndcg(ranking: Sequence[_Name], relevance: Mapping[_Name, float], k: int, *, gain: Gain = Gain.LINEAR) -> float:
    """Normalised discounted cumulative gain: gains over `log2(rank + 1)`, as a share of what the best order has.

    Args:
        ranking: Best first; one that comes again takes a rank and gains nothing.
        relevance: Of each that is relevant; all others, and those not above 0, gain nothing.
        k: Ranks that count, from 1.
        gain: What relevance is worth.

    Returns:
        0 to 1; 0 where nothing is relevant, as in `trec_eval`.

    Raises:
        ValueError: `k` is below 1.
    """
    _check(k)
    gains = {name: _gain(each, gain) for name, each in relevance.items() if each > 0}
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    if not best:
        return 0.0
    return min(1.0, _discounted([gains.pop(name, 0.0) for name in ranking[:k]]) / best)


def recall_at(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """The share of what is relevant that stands among the first `k`; 0 to 1, and 0 where nothing is relevant.

    Raises:
        ValueError: `k` is below 1.
    """
    _check(k)
    wanted = set(relevant)
    return len(wanted & set(ranking[:k])) / len(wanted) if wanted else 0.0


def hit_at(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """1 where anything relevant stands among the first `k`, else 0.

    Raises:
        ValueError: `k` is below 1.
    """
    _check(k)
    return float(not set(relevant).isdisjoint(ranking[:k]))


def reciprocal_rank(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int | None = None) -> float:
    """One over the rank of the first that is relevant; 0 where there is none among the first `k`, or at all.

    E. Voorhees, "The TREC-8 question answering track report" (1999). The mean over queries is the MRR.

    Raises:
        ValueError: `k` is below 1.
    """
    if k is not None:
        _check(k)
    wanted = set(relevant)
    return next((1.0 / rank for rank, name in enumerate(ranking[:k], 1) if name in wanted), 0.0)


def _check(k: int) -> None:
    if k < 1:
        raise ValueError(f"no rank counts: k is {k}")


def _gain(relevance: float, gain: Gain) -> float:
    return float(2.0**relevance - 1.0 if gain is Gain.EXPONENTIAL else relevance)


def _discounted(gains: Sequence[float]) -> float:
    return sum(each / math.log2(rank + 1) for rank, each in enumerate(gains, 1))
