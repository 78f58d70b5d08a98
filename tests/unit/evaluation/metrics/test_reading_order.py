import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.reading_order import order_agreement, order_distance

orders = st.integers(0, 8).map(range).flatmap(st.permutations)


def test_two_columns_read_across() -> None:
    # 1 3 2 4 against 1 2 3 4: two substitutions of four; one pair of six is turned.
    assert order_distance([1, 3, 2, 4], [1, 2, 3, 4]) == pytest.approx(2 / 4)
    assert order_agreement([1, 3, 2, 4], [1, 2, 3, 4]) == pytest.approx(1 - 2 / 6)


def test_a_block_left_out_costs_an_edit_and_no_agreement() -> None:
    assert order_distance(["a", "c"], ["a", "b", "c"]) == pytest.approx(1 / 3)
    assert order_agreement(["a", "c"], ["a", "b", "c"]) == 1.0


def test_a_block_in_two_pieces_costs_an_edit() -> None:
    assert order_distance([1, 2, 2, 3], [1, 2, 3]) == pytest.approx(1 / 4)


def test_pages_without_an_order() -> None:
    assert order_distance([], []) is None
    assert order_distance([], [1]) == 1.0
    assert order_agreement([1], [1, 2]) is None
    assert order_agreement([8, 9], [1, 2]) is None


def test_a_true_order_names_each_block_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        order_agreement([1, 2], [1, 1])


@settings(max_examples=50, deadline=None)
@given(orders)
def test_bounds_symmetry_and_identity(read: list[int]) -> None:
    truth = sorted(read)
    if truth:
        distance = order_distance(read, truth)
        assert distance is not None
        assert 0.0 <= distance <= 1.0
        assert distance == order_distance(truth, read)
        assert order_distance(truth, truth) == 0.0
    if len(truth) > 1:
        agreement, reversed_agreement = order_agreement(read, truth), order_agreement(read[::-1], truth)
        assert agreement is not None
        assert -1.0 <= agreement <= 1.0
        assert reversed_agreement == pytest.approx(-agreement)
        assert order_agreement(truth, truth) == pytest.approx(1.0)


@settings(max_examples=30, deadline=None)
@given(orders)
def test_each_further_block_left_out_raises_the_distance(order: list[int]) -> None:
    distances = [order_distance(order[:n], order) or 0.0 for n in range(len(order), -1, -1)]
    assert distances == sorted(distances)
