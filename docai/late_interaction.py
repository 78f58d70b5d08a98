"""Late interaction in numbers: MaxSim over all vectors, and the means of runs that find candidates for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import numpy.typing as npt

from docai.domain.embeddings import HalfMatrix, Matrix

Scores = npt.NDArray[np.float32]

_MAX_THREADS = 4
"""Of one call: beyond that, memory is what is waited for."""
_PAGES_PER_THREAD = 16
"""Starting a thread costs as much as scoring some pages."""
_MAX_MULTIPLICATIONS = 250_000
"""Of one matrix product: OpenBLAS gives larger ones to threads of its own (from 2^18 on), which spin for one another
after each product; on a machine that has other work, that takes longer than the products."""
_LEAST_ROWS = 16
"""Of one matrix product: with fewer, calling costs more than multiplying."""


@dataclass(frozen=True, slots=True)
class CandidatePolicy:
    """Which pages are scored by MaxSim over all their vectors."""

    full_scan_pages: int = 2000
    """Up to so many pages in scope: all of them."""
    candidates: int = 1000
    """Beyond that: so many, by MaxSim over the means of their runs."""


DEFAULT_POLICY = CandidatePolicy()


def max_sim(query: Matrix, page: Matrix | HalfMatrix) -> float:
    """Each query vector's best product with any of the page's vectors, summed (Khattab and Zaharia 2020, eq. 3).

    Args:
        query: (Q, D).
        page: (N, D), N at least 1.
    """
    return float((query @ page.T).max(axis=1).sum())


def max_sim_all(query: Matrix, pages: Sequence[Matrix | HalfMatrix]) -> Scores:
    """`max_sim` of a query with each of many pages, multiplied and summed in float32, by several threads.

    Args:
        query: (Q, D), float32.
        pages: (N, D) each, N at least 1, float32 or as they are stored, float16.

    Returns:
        (pages,), in their order.
    """
    n_threads = max(1, min(_MAX_THREADS, os.cpu_count() or 1, len(pages) // _PAGES_PER_THREAD))
    if n_threads == 1:
        return _scores(query, pages)
    size = -(-len(pages) // n_threads)
    parts = [pages[start : start + size] for start in range(0, len(pages), size)]
    # Not kept from call to call: a process that was forked would wait for threads that only its parent has.
    with ThreadPoolExecutor(n_threads) as threads:
        return np.concatenate(list(threads.map(partial(_scores, query), parts)))


def _scores(query: Matrix, pages: Sequence[Matrix | HalfMatrix]) -> Scores:
    n_query, dimension = query.shape
    most = max(map(len, pages), default=0)
    # Used for one page after the other: fresh memory would cost more than what is done in it.
    products = np.empty((n_query, most), dtype=np.float32)
    bits = np.empty((most, dimension), dtype=np.int32)
    best = np.empty((len(pages), n_query), dtype=np.float32)
    for page, of_page in zip(pages, best, strict=True):
        is_half = page.dtype == np.float16
        wide = widened(cast("HalfMatrix", page), bits[: len(page)]) if is_half else cast("Matrix", page)
        _multiply(query, wide, products[:, : len(page)])
        np.maximum.reduce(products[:, : len(page)], axis=1, out=of_page)
    scores: Scores = best.sum(axis=1)
    return scores


def _multiply(query: Matrix, page: Matrix, products: Matrix) -> None:
    """`query @ page.T` into `products`, (Q, N), as many products of a few rows of the page."""
    n_query, dimension = query.shape
    n_rows = max(_LEAST_ROWS, _MAX_MULTIPLICATIONS // (n_query * dimension))
    n_blocks = len(page) // n_rows
    whole = n_blocks * n_rows
    if whole:
        blocks = page[:whole].reshape(n_blocks, n_rows, dimension)
        into = products[:, :whole].reshape(n_query, n_blocks, n_rows)  # the same memory: one axis, split
        np.matmul(query, blocks.transpose(0, 2, 1), out=into.transpose(1, 0, 2))
    if whole < len(page):
        np.matmul(query, page[whole:].T, out=products[:, whole:])


def widened(half: HalfMatrix, bits: npt.NDArray[np.int32]) -> Matrix:
    """float16 to the same numbers in float32, many times faster than numpy, which does it one by one.

    Sign, exponent and fraction (IEEE 754-2008, 3.4) move to where float32 has them; the exponent then counts from 15
    instead of 127, which a multiplication by 2^112 makes good, also for numbers below the smallest normal one.

    Args:
        half: finite.
        bits: of the same shape; overwritten, and what is returned lies in it.
    """
    np.copyto(bits, np.ascontiguousarray(half).view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, np.int32(-0x70002000), out=bits)  # without the copies of the sign that int16 to int32 made
    wide = bits.view(np.float32)
    np.multiply(wide, np.float32(2.0**112), out=wide)
    return wide


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
