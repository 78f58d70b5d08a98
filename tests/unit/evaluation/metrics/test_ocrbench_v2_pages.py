"""OCRBench v2, pages."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ocrbench_v2_pages import bleu, meteor, page_scores

_FEW = settings(max_examples=25, deadline=None)
_TRUTH = ["the", "cat", "sat", "on", "the", "mat"]
_TEXT = st.lists(st.sampled_from(["cat", "cats", "sat", "mat", "the"]), min_size=1, max_size=8).map(" ".join)


def test_bleu_by_hand() -> None:
    assert bleu(_TRUTH, _TRUTH) == pytest.approx(1.0)
    assert bleu(_TRUTH[:5], _TRUTH) == pytest.approx(math.exp(1 - 6 / 5))
    assert bleu(["the"] * 4, _TRUTH) == 0.0
    got = [*_TRUTH[:4], "a", "mat"]
    assert bleu(got, _TRUTH) == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)


@pytest.mark.parametrize(
    ("prediction", "score"),
    [("the cat sat on the mat", 0.9977), ("on the mat sat the cat", 0.5), ("the cat was sat on the mat", 0.9654)],
)
def test_meteor_of_the_examples_of_wikipedia(prediction: str, score: float) -> None:
    assert meteor(prediction.split(), _TRUTH) == pytest.approx(score, abs=1e-4)


def test_meteor_pairs_stems() -> None:
    assert meteor(["Cats"], ["cat"]) == pytest.approx(0.5)
    assert meteor(["dog"], ["cat"]) == 0.0


def test_chinese_is_cut_into_characters() -> None:
    assert page_scores("中文", "中文").f_measure == 1.0
    assert page_scores("中国", "中文").f_measure == 0.5


def test_empty_texts() -> None:
    assert page_scores(" ", "a").mean == 0.0
    with pytest.raises(ValueError, match="not empty"):
        page_scores("a", " ")


@_FEW
@given(_TEXT, _TEXT)
def test_parts_are_shares(prediction: str, truth: str) -> None:
    scores = page_scores(prediction, truth)
    equal = page_scores(truth, truth)
    for part in (scores.bleu, scores.meteor, scores.f_measure, scores.similarity, scores.mean):
        assert 0.0 <= part <= 1.0 + 1e-12
    assert scores.mean <= equal.mean + 1e-12 or len(truth.split()) < 4
    assert equal.f_measure == equal.similarity == 1.0
