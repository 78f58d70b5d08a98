"""Words of texts, as a bag and in their order."""

import pytest

from docai.evaluation.metrics.word_bags import block_places, order_kept, words_found, words_of

LEFT = [f"left{n}" for n in range(30)]
RIGHT = [f"right{n}" for n in range(30)]


def test_words_are_folded() -> None:
    assert words_of("Don\u2019t  co\u00ado\u2010p\n3.5%, \ufb01ne \u4e2d\u6587a") == [
        "don't",
        "coo-p",
        "3.5",
        "fine",
        "\u4e2d",
        "\u6587",
        "a",
    ]


def test_words_count_as_often_as_they_stand() -> None:
    found = words_found(["a", "a", "b"], ["a", "b", "b", "c"])
    assert (found.right, found.n_said, found.n_true) == (2, 3, 4)


def test_places_of_blocks() -> None:
    short = ["two", "words"]
    assert block_places(RIGHT + short + LEFT, [LEFT, short, RIGHT]) == [45, None, 13]
    assert block_places(LEFT, [LEFT[:10], LEFT[:10]]) == [None, None]


def test_order_is_kept_as_far_as_the_longest_run() -> None:
    truth = LEFT + RIGHT
    assert order_kept(truth, truth) == 1.0
    # 26 of the 52 runs of five words within the columns
    assert order_kept(RIGHT + LEFT, truth) == pytest.approx(0.5)
    across = [word for pair in zip(LEFT, RIGHT, strict=True) for word in pair]
    assert order_kept(across, truth) is None
    assert order_kept([], truth) is None
