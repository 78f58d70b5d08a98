"""Late interaction in numbers: MaxSim over all vectors, and the means of runs that find candidates for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from docai.domain.embeddings import Matrix


@dataclass(frozen=True, slots=True)
class CandidatePolicy:
    """Which pages are scored by MaxSim over all their vectors."""

    full_scan_pages: int = 1000
    """Up to so many pages in scope: all of them."""
    candidates: int = 500
    """Beyond that: so many, by MaxSim over the means of their runs."""


def max_sim(query: Matrix, page: Matrix) -> float:
    """Each query vector's best product with any of the page's vectors, summed (Khattab and Zaharia 2020, eq. 3).

    Args:
        query: (Q, D).
        page: (N, D), N at least 1.
    """
    return float((query @ page.T).max(axis=1).sum())


def run_means(vectors: Matrix, run_lengths: Sequence[int]) -> Matrix:
    """The mean of each run of neighbouring vectors, scaled to length 1: what candidates are found by.

    Args:
        vectors: (N, D), in the order in which they stand on the page: a grid of patches row by row.
        run_lengths: of the runs, each at least 1, N in all; none: each vector is a run of its own.

    Returns:
        (runs, D), unit length. A run whose vectors cancel out is its first vector.

    Raises:
        ValueError: the lengths do not sum to N, or one is below 1.
    """
    if not run_lengths:
        return vectors
    if min(run_lengths) < 1 or sum(run_lengths) != len(vectors):
        raise ValueError(f"runs of {sum(run_lengths)} vectors in all, of a page of {len(vectors)}")
    starts = np.concatenate([[0], np.cumsum(run_lengths)[:-1]])
    sums = np.add.reduceat(vectors, starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: Matrix = np.where(lengths > 1e-6, sums / np.maximum(lengths, 1e-6), vectors[starts])
    return means
