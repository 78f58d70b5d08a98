import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.bootstrap import bootstrap_difference, bootstrap_mean

scores = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_the_interval_is_the_normal_one_where_there_are_many_items() -> None:
    values = [1.0] * 300 + [0.0] * 100
    found = bootstrap_mean(values, seed=1)
    half = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert (found.mean, found.n) == (0.75, 400)
    assert found.low == pytest.approx(0.75 - half, abs=0.004)
    assert found.high == pytest.approx(0.75 + half, abs=0.004)


def test_the_bootstrap_is_exact_for_two_items() -> None:
    # Means of two draws out of 0 and 1: 0, 1/2 and 1 with chances of 1/4, 1/2 and 1/4.
    assert (bootstrap_mean([0.0, 1.0], seed=2).low, bootstrap_mean([0.0, 1.0], seed=2).high) == (0.0, 1.0)
    narrow = bootstrap_mean([0.0, 1.0], seed=2, level=0.4)
    assert (narrow.low, narrow.high) == (0.5, 0.5)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [n % 7 / 7 for n in range(50)]
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)


def test_a_small_difference_on_the_same_items_is_told() -> None:
    second = [n % 10 / 10 for n in range(200)]
    first = [value + 0.02 + n % 3 * 0.01 for n, value in enumerate(second)]
    assert bootstrap_difference(first, second, seed=5).excludes_zero
    assert bootstrap_difference(first, second, seed=5).mean == pytest.approx(0.03, abs=2e-4)
    assert not bootstrap_difference(second, second, seed=5).excludes_zero
    apart = bootstrap_mean(first, seed=5), bootstrap_mean(second, seed=5)
    assert apart[0].low < apart[1].high


def test_what_makes_no_interval_is_refused() -> None:
    for values in ([], [float("nan")]):
        with pytest.raises(ValueError, match="no scores"):
            bootstrap_mean(values, seed=0)
    for level, n_draws in ((0.0, 1), (1.0, 1), (0.5, 0)):
        with pytest.raises(ValueError, match="level"):
            bootstrap_mean([1.0], seed=0, level=level, n_draws=n_draws)
    with pytest.raises(ValueError, match="shorter"):
        bootstrap_difference([1.0, 1.0], [1.0], seed=0)


@settings(max_examples=50, deadline=None)
@given(scores, st.integers(0, 2**32 - 1))
def test_bounds(values: list[float], seed: int) -> None:
    found = bootstrap_mean(values, seed=seed, n_draws=200)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    narrow = bootstrap_mean(values, seed=seed, n_draws=200, level=0.5)
    assert found.low <= narrow.low <= narrow.high <= found.high
    turned = bootstrap_difference([0.0] * len(values), values, seed=seed, n_draws=200)
    assert turned.mean == pytest.approx(-found.mean)
    assert turned.low == pytest.approx(-found.high)
