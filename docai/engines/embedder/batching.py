"""Which pages are embedded together: pages of one grid only, by visual tokens, and fewer once memory has run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from docai.engines.embedder.grids import PatchGrid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages of one grid: they need no padding, so that no page's vectors depend on the pages beside it."""

    grid: PatchGrid
    pages: tuple[int, ...]
    """Their places among the pages asked for."""


class Ceilings:
    """How many pages of a grid fit into memory at once: as many as the token budget allows, until it proves less."""

    def __init__(self, token_budget: int) -> None:
        """`token_budget` is how many image tokens a batch may have; one page is always tried."""
        self._token_budget = token_budget
        self._proven: dict[PatchGrid, int] = {}

    def of(self, grid: PatchGrid) -> int:
        """The most pages of a grid to embed at once, 1 or more."""
        allowed = max(1, self._token_budget // grid.tokens)
        return min(allowed, self._proven.get(grid, allowed))

    def exceeded(self, grid: PatchGrid, n_pages: int) -> int:
        """Remember that `n_pages`, 2 or more, did not fit; returns how many to try next: half."""
        half = max(1, n_pages // 2)
        self._proven[grid] = min(half, self._proven.get(grid, half))
        return half


def plan(grids: Sequence[PatchGrid], ceilings: Ceilings) -> list[Batch]:
    """Pages in batches of one grid, in the order in which the grids first come.

    Args:
        grids: The grid of each page.
        ceilings: How many pages of a grid fit.
    """
    buckets: dict[PatchGrid, list[int]] = {}
    for page, grid in enumerate(grids):
        buckets.setdefault(grid, []).append(page)
    return [
        Batch(grid, tuple(pages[start : start + ceilings.of(grid)]))
        for grid, pages in buckets.items()
        for start in range(0, len(pages), ceilings.of(grid))
    ]


def halving(batch: Batch, ceilings: Ceilings, compute: Callable[[slice], Sequence[T]]) -> list[T]:
    """The results for a batch's pages, computed in parts that fit into memory.

    Args:
        batch: The pages.
        ceilings: Remembers what did not fit, for the batches after this one.
        compute: Results for a run of the batch's pages; raises MemoryError when they do not fit.

    Raises:
        MemoryError: when a single page does not fit.
    """
    done: list[T] = []
    while len(done) < len(batch.pages):
        n_pages = min(ceilings.of(batch.grid), len(batch.pages) - len(done))
        try:
            part = compute(slice(len(done), len(done) + n_pages))
        except MemoryError:
            if n_pages == 1:
                raise
            ceilings.exceeded(batch.grid, n_pages)
        else:
            done.extend(part)
    return done
