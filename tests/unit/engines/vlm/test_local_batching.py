from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.engines.vlm.local_batching import MAX_ROWS, Sized, TokenBudget, halving, plan

PROMPTS = st.lists(st.tuples(st.integers(1, 5000), st.sampled_from("ab")), max_size=40).map(
    lambda drawn: [Sized(place, n_tokens, kind) for place, (n_tokens, kind) in enumerate(drawn)]
)


@given(PROMPTS, st.integers(1, 20_000))
def test_every_prompt_is_in_one_batch_of_its_kind_within_the_budget(prompts: list[Sized], budget: int) -> None:
    batches = plan(prompts, TokenBudget(budget))
    assert sorted(place for batch in batches for place in batch) == list(range(len(prompts)))
    for batch in batches:
        assert len({prompts[place].kind for place in batch}) == 1
        assert len(batch) == 1 or len(batch) * max(prompts[place].n_tokens for place in batch) <= budget
        assert len(batch) <= MAX_ROWS


def test_prompts_of_like_length_are_together() -> None:
    lengths = [100, 4000, 110, 3900]
    prompts = [Sized(place, n_tokens, "page") for place, n_tokens in enumerate(lengths)]
    assert plan(prompts, TokenBudget(8000)) == [(1, 3), (2, 0)]


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_batch_is_halved_until_it_fits_and_keeps_its_order(n_rows: int, fits: int) -> None:
    too_large: list[int] = []

    def compute(places: tuple[int, ...]) -> list[int]:
        if len(places) > fits:
            raise MemoryError
        return [place * 10 for place in places]

    places = tuple(range(n_rows))
    assert halving(places, compute, lambda part: too_large.append(len(part))) == [place * 10 for place in places]
    assert all(n > fits for n in too_large)


def test_one_prompt_that_does_not_fit_is_told() -> None:
    def compute(places: tuple[int, ...]) -> list[int]:
        raise MemoryError

    with pytest.raises(MemoryError):
        halving((1, 2), compute, lambda part: None)


def test_what_did_not_fit_is_not_tried_again() -> None:
    budget = TokenBudget(10_000)
    budget.exceeded(8000)
    assert budget.n_tokens == 4000
    budget.exceeded(9000)
    assert budget.n_tokens == 4000
