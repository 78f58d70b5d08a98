from __future__ import annotations

from collections.abc import Sequence

import pytest

from docai.engines.embedder.batching import Batch, Ceilings, halving, plan
from docai.engines.embedder.grids import PatchGrid, square

UPRIGHT, LYING = PatchGrid(rows=9, columns=6), PatchGrid(rows=6, columns=9)


def test_a_batch_has_pages_of_one_grid_only() -> None:
    batches = plan([UPRIGHT, LYING, UPRIGHT, LYING, UPRIGHT], Ceilings(token_budget=1000))
    assert batches == [Batch(UPRIGHT, (0, 2, 4)), Batch(LYING, (1, 3))]


def test_a_batch_has_no_more_image_tokens_than_the_budget() -> None:
    batches = plan([UPRIGHT] * 7, Ceilings(token_budget=2 * UPRIGHT.tokens + 1))
    assert [batch.pages for batch in batches] == [(0, 1), (2, 3), (4, 5), (6,)]


def test_a_page_above_the_budget_is_tried_alone() -> None:
    assert plan([square(32)] * 2, Ceilings(token_budget=10)) == [Batch(square(32), (0,)), Batch(square(32), (1,))]


def test_the_overview_counts_as_tokens() -> None:
    tiled = PatchGrid(16, 16, tile_rows=2, tile_columns=2, overview_side=8)
    assert Ceilings(token_budget=2 * 256).of(tiled) == 1


class Memory:
    """A device that holds so many pages at once."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.tried: list[int] = []

    def compute(self, part: slice) -> Sequence[int]:
        pages = range(part.start, part.stop)
        self.tried.append(len(pages))
        if len(pages) > self.room:
            raise MemoryError
        return list(pages)


@pytest.mark.parametrize("room", [1, 2, 3, 5, 8])
def test_a_batch_that_does_not_fit_is_halved_until_it_does(room: int) -> None:
    memory = Memory(room)
    assert halving(Batch(UPRIGHT, tuple(range(8))), Ceilings(10_000), memory.compute) == list(range(8))


def test_what_did_not_fit_once_is_not_tried_again_with_that_grid() -> None:
    ceilings, memory = Ceilings(10_000), Memory(room=2)
    halving(Batch(UPRIGHT, tuple(range(8))), ceilings, memory.compute)
    assert memory.tried == [8, 4, 2, 2, 2, 2]
    assert [len(batch.pages) for batch in plan([UPRIGHT] * 5, ceilings)] == [2, 2, 1]
    assert ceilings.of(LYING) == 10_000 // LYING.tokens


def test_a_page_that_does_not_fit_alone_is_an_error() -> None:
    with pytest.raises(MemoryError):
        halving(Batch(UPRIGHT, (0, 1, 2)), Ceilings(10_000), Memory(room=0).compute)
