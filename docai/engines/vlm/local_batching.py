"""Which prompts are run together: of like length, so that little is padding, and fewer once memory has run out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

MAX_ROWS = 64
"""Most prompts at once; decoding gains little beyond."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A prompt, as far as it matters for batching."""

    place: int
    """Among the prompts asked for."""
    n_tokens: int
    kind: Hashable
    """Prompts of different kinds cannot be run together."""


class TokenBudget:
    """How many tokens fit into memory at once: as many as allowed, until it proves less."""

    def __init__(self, n_tokens: int) -> None:
        """`n_tokens` of all rows of a batch together; one prompt is always tried."""
        self.n_tokens = n_tokens

    def exceeded(self, n_tokens: int) -> None:
        """Remember that a batch of so many tokens did not fit."""
        self.n_tokens = max(1, min(self.n_tokens, n_tokens // 2))


def plan(prompts: Sequence[Sized], budget: TokenBudget) -> list[tuple[int, ...]]:
    """Places of prompts in batches of one kind, the longest first: if memory will not do, that shows at once.

    A batch costs its longest prompt times its rows, since the others are padded.
    """
    batches: list[tuple[int, ...]] = []
    for kind in dict.fromkeys(prompt.kind for prompt in prompts):
        of_kind = sorted((p for p in prompts if p.kind == kind), key=lambda p: p.n_tokens, reverse=True)
        while of_kind:
            n_rows = min(MAX_ROWS, max(1, budget.n_tokens // max(1, of_kind[0].n_tokens)))
            batches.append(tuple(prompt.place for prompt in of_kind[:n_rows]))
            of_kind = of_kind[n_rows:]
    return batches


def halving(
    places: tuple[int, ...],
    compute: Callable[[tuple[int, ...]], Sequence[T]],
    exceeded: Callable[[tuple[int, ...]], None],
) -> list[T]:
    """The results for a batch, computed in halves as often as it does not fit into memory.

    Args:
        places: The batch.
        compute: Results for a part of it; raises MemoryError when they do not fit.
        exceeded: Called with every part that did not fit.

    Raises:
        MemoryError: when a single prompt does not fit.
    """
    try:
        return list(compute(places))
    except MemoryError:
        if len(places) == 1:
            raise
        exceeded(places)
    middle = len(places) // 2
    return halving(places[:middle], compute, exceeded) + halving(places[middle:], compute, exceeded)
