"""Blocks read and blocks that are there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.block_matching import BlockMatch, quick_match, simple_match

LONG = "the quick brown fox jumps over the lazy dog while the cat sleeps in the warm sun"
OTHER = "measurements were taken twice a day over a period of eleven weeks"


def matched(read: list[str], truth: list[str]) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Pairs of true and read blocks."""
    return {(match.truth, match.read) for match in quick_match(read, truth)}


def test_equal_blocks_are_paired_in_any_order() -> None:
    assert matched([OTHER, LONG], [LONG, OTHER]) == {((0,), (1,)), ((1,), (0,))}


def test_pieces_of_a_block_are_put_together() -> None:
    assert matched([LONG[:40], LONG[41:], OTHER], [LONG, OTHER]) == {((0,), (0, 1)), ((1,), (2,))}


def test_two_blocks_read_as_one_are_one_match() -> None:
    assert matched([OTHER + LONG], [OTHER, LONG]) == {((0, 1), (0,))}


def test_what_is_missing_and_what_is_too_much_stands_alone() -> None:
    assert matched([LONG], [LONG, OTHER]) == {((0,), (0,)), ((1,), ())}
    assert matched([LONG, OTHER, "xyz"], [LONG]) == {((0,), (0,)), ((), (1, 2))}
    assert matched([], [LONG]) == {((0,), ())}
    assert matched([LONG], []) == {((), (0,))}
    assert quick_match([], []) == []


def test_single_blocks_are_paired_however_far_apart() -> None:
    assert matched(["xyz"], [LONG]) == {((0,), (0,))}


def test_left_blocks_of_both_are_paired_and_a_surplus_is_forgotten() -> None:
    read, truth = [LONG, "0123456789", "9876543210"], [LONG, OTHER]
    found = quick_match(read, truth)
    assert BlockMatch((0,), (0,)) in found
    assert len(found) == 2
    assert next(match for match in found if match.truth == (1,)).read in {(1,), (2,)}


def test_the_simple_match_pairs_all_it_can() -> None:
    assert set(simple_match(["b", "aa"], ["aa", "c"])) == {BlockMatch((0,), (1,)), BlockMatch((1,), (0,))}
    assert set(simple_match(["a", "b"], ["a"])) == {BlockMatch((0,), (0,)), BlockMatch((), (1,))}
    assert simple_match([], ["a"]) == [BlockMatch((0,), ())]


_BLOCKS = st.lists(st.text("abc ", min_size=1, max_size=12), max_size=6)


@settings(max_examples=60, deadline=None)
@given(_BLOCKS, _BLOCKS)
def test_each_true_block_stands_once(read: list[str], truth: list[str]) -> None:
    matches = quick_match(read, truth)
    assert sorted(i for match in matches for i in match.truth) == list(range(len(truth)))
    assert {j for match in matches for j in match.read} <= set(range(len(read)))


@given(st.lists(st.text("abcdefgh", min_size=4, max_size=20), min_size=1, max_size=6, unique=True))
def test_the_truth_matches_itself(blocks: list[str]) -> None:
    assert matched(blocks, blocks) == {((i,), (i,)) for i in range(len(blocks))}
