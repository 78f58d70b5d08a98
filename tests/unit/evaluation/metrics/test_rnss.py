import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.rnss import rnss

numbers = st.lists(st.floats(-1e6, 1e6), max_size=6)


def test_numbers_are_paired_where_they_are_nearest() -> None:
    assert rnss([22.0, 10.0], [10.0, 20.0]) == pytest.approx(1 - 0.1 / 2)
    assert rnss([1000.0], [1.0]) == 0.0


def test_a_number_left_out_costs_only_where_it_is_counted() -> None:
    assert rnss([1.0], [1.0, 2.0, 3.0, 4.0]) == 1.0
    assert rnss([1.0], [1.0, 2.0, 3.0, 4.0], counts_unpaired=True) == 0.25


def test_zero_is_met_by_zero_alone() -> None:
    assert rnss([0.0], [0.0]) == 1.0
    assert rnss([1e-9], [0.0]) == 0.0


def test_nothing() -> None:
    assert (rnss([], []), rnss([1.0], []), rnss([], [1.0])) == (1.0, 0.0, 0.0)


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        rnss([float("nan")], [1.0])


@settings(max_examples=50, deadline=None)
@given(numbers, numbers)
def test_bounds_and_identity(said: list[float], true: list[float]) -> None:
    assert 0.0 <= rnss(said, true, counts_unpaired=True) <= rnss(said, true) <= 1.0
    assert rnss(true[::-1], true) == rnss(true, true, counts_unpaired=True) == 1.0
