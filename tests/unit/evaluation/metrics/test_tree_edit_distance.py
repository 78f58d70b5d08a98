from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from docai.evaluation.metrics.tree_edit_distance import tree_edit_distance

Tree = list["Tree"]


def in_post_order(tree: Tree) -> list[int]:
    leftmost: list[int] = []

    def walk(node: Tree) -> int:
        leaves = [walk(child) for child in node]
        leftmost.append(leaves[0] if leaves else len(leftmost))
        return leftmost[-1]

    walk(tree)
    return leftmost


def by_definition(first: list[int], second: list[int], rename: NDArray[np.float64]) -> float:
    """The recurrence over forests as the paper states it, without its order of work."""

    @lru_cache(None)
    def forests(a: int, b: int, c: int, d: int) -> float:
        if a == b or c == d:
            return float(b - a + d - c)
        u, v = b - 1, d - 1
        left, right = max(first[u], a), max(second[v], c)
        matched = forests(a, left, c, right) + forests(left, u, right, v) + rename[u, v]
        return float(min(forests(a, u, c, d) + 1, forests(a, b, c, v) + 1, matched))

    return forests(0, len(first), 0, len(second))


trees = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=8).map(in_post_order)


def test_the_example_of_the_paper() -> None:
    # Zhang and Shasha 1989: f(d(a, c(b)), e) and f(c(d(a, b)), e) are 2 apart.
    first, second = "abcdef", "abdcef"
    rename = np.array([[float(x != y) for y in second] for x in first])
    assert tree_edit_distance([0, 1, 1, 0, 4, 0], [0, 1, 0, 0, 4, 0], rename) == 2.0


@settings(max_examples=50, deadline=None)
@given(trees, trees, st.integers(0, 2**32 - 1))
def test_it_is_the_distance_by_definition(first: list[int], second: list[int], seed: int) -> None:
    rename = np.random.default_rng(seed).choice([0.0, 0.25, 0.5, 1.0], size=(len(first), len(second)))
    found = tree_edit_distance(first, second, rename)
    assert found == pytest.approx(by_definition(first, second, rename))
    assert found == pytest.approx(tree_edit_distance(second, first, rename.T))


@pytest.mark.parametrize(
    ("first", "second", "shape"),
    [([], [0], (0, 1)), ([0], [0], (1, 2)), ([0, 1], [0], (2, 1)), ([0, 5, 0], [0], (3, 1))],
)
def test_what_is_no_tree_is_refused(first: list[int], second: list[int], shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="tree"):
        tree_edit_distance(first, second, np.zeros(shape))
