"""SlideVQA's folding and overlap."""

import pytest

from docai.evaluation.metrics.slidevqa import Overlap, answer_words, overlap


@pytest.mark.parametrize(
    ("answer", "question", "words"),
    [
        ("The 5 people and 3 dogs", "Of how many people are there figures?", ["5", "3", "dogs"]),
        ("5 people", "How many people came?", ["5", "people"]),
        ("blue colour", "In which colour is it drawn?", ["blue"]),
        ("Yes, it is true", "Is it?", ["yes"]),
        ("November 3", "When?", ["november"]),
        ("Twelve percent", "", ["12"]),
        ("This is the brand", "", ["br"]),
        ("1,000.5", "", ["10005"]),
        ("12 hours due to rain", "how many", ["12", "hrs", "rain"]),
        ("", "", []),
    ],
)
def test_words_are_folded_as_the_script_does(answer: str, question: str, words: list[str]) -> None:
    assert answer_words(answer, question) == words


def test_overlap_is_of_bags_and_exact_in_order_alone() -> None:
    found = overlap(["5", "3", "dogs"], ["5", "dogs"])
    assert (found.precision, found.recall, found.is_exact) == (2 / 3, 1.0, False)
    assert found.f1 == pytest.approx(0.8)
    assert overlap(["a", "b"], ["b", "a"]) == Overlap(1.0, 1.0, is_exact=False)
    assert overlap([3, 4], [3, 4]) == Overlap(1.0, 1.0, is_exact=True)


def test_nothing_said_is_never_right() -> None:
    assert overlap([], []) == overlap([], ["a"]) == overlap(["a"], ["b"]) == Overlap(0.0, 0.0, is_exact=False)
    assert overlap([], []).f1 == 0.0


def test_joined_is_right_in_both() -> None:
    words, slides = overlap(["5", "3", "dogs"], ["5", "dogs"]), overlap([1, 2], [2])
    both = words.joined(slides)
    assert (both.precision, both.recall) == (pytest.approx(1 / 3), 1.0)
    assert not both.is_exact
    assert overlap([1], [1]).joined(overlap(["a"], ["a"])).is_exact
