"""OCRBench v2, text spotting."""

import pytest

from docai.evaluation.metrics.ocrbench_v2_spotting import SpottedText, around, spotted_texts, spotting_score

_HELLO = SpottedText((100, 100, 200, 140), "HELLO")
_WORLD = SpottedText((300, 100, 400, 140), "World!")


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        ("[(100, 100, 200, 140, 'HELLO'), (300, 100, 400, 140, 'World!')]", [_HELLO, _WORLD]),
        ("[['100', '100', '200', '140', 'HELLO', 0.9]]", [_HELLO]),
        ("Here: (100, 100, 200, 140, HELLO), (300, 100, 400, 140, World!)", [_HELLO, _WORLD]),
        ("(100, 100, 200, 140, HELLO), (100, 100, 200, 140, 'HELLO')", [_HELLO]),
        ("[(100, 100, 200, 140, 'a, b')]", [SpottedText(_HELLO.box, "a, b")]),
        ("(100, 100, 1001, 140, HELLO) (200, 100, 100, 140, HELLO) (1, 2, x, 4, HELLO) (1, 2, 3, HELLO)", []),
        ("7", []),
        ("nothing", []),
        ("", []),
    ],
)
def test_texts_are_read_from_a_reply(reply: str, texts: list[SpottedText]) -> None:
    assert spotted_texts(reply) == texts


def test_place_and_text_must_both_agree() -> None:
    assert spotting_score([_HELLO, _WORLD], [_HELLO, _WORLD]) == 1.0
    assert spotting_score([SpottedText(_HELLO.box, "")], [_HELLO]) == 0.0
    assert spotting_score([SpottedText(_HELLO.box, "hello")], [_HELLO]) == 1.0
    assert spotting_score([_HELLO], [_HELLO, _WORLD]) == pytest.approx(2 / 3)
    assert spotting_score([_HELLO, _WORLD], [_HELLO]) == pytest.approx(2 / 3)
    assert spotting_score([SpottedText((100, 100, 150, 140), "HELLO")], [_HELLO]) == 0.0  # IoU of just 0.5
    assert spotting_score([SpottedText((100, 100, 151, 140), "HELLO")], [_HELLO]) == 1.0
    assert spotting_score([], [_HELLO]) == spotting_score([_HELLO], []) == 0.0


def test_the_first_that_overlaps_is_the_partner() -> None:
    wrong = SpottedText(_HELLO.box, "HELO")
    assert spotting_score([wrong, _HELLO], [_HELLO]) == 0.0
    assert spotting_score([_HELLO, wrong], [_HELLO]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("said", "true", "agree"),
    [
        ("World", "World!", True),
        ("World!", "World", False),
        ("World", "(World)", True),
        ("(World", "(World)", True),
        ("World", "World!!", False),
        ("World", '"World"', True),
        ("", "!", True),
        ("", "", True),
    ],
)
def test_signs_at_the_ends_of_the_truth_may_be_missing(said: str, true: str, agree: bool) -> None:
    assert spotting_score([SpottedText(_HELLO.box, said)], [SpottedText(_HELLO.box, true)]) == float(agree)


def test_unreadable_regions_do_not_count() -> None:
    region = SpottedText((500, 500, 600, 600), "###")
    inside = SpottedText((510, 510, 560, 560), "x")
    assert spotting_score([_HELLO, inside], [_HELLO, region]) == 1.0
    assert spotting_score([_HELLO, SpottedText((560, 560, 660, 660), "x")], [_HELLO, region]) == pytest.approx(2 / 3)
    assert spotting_score([inside], [region]) == 0.0


def test_a_polygon_counts_as_the_box_around_it() -> None:
    assert around([100, 110, 200, 100, 190, 140, 105, 138]) == (100, 100, 200, 140)
    assert around([1, 2, 3, 4]) == (1, 2, 3, 4)
