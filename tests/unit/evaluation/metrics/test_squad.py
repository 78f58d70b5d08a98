"""Exact match and word overlap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.squad import WordRule, exact_match, token_f1

_FEW = settings(max_examples=25, deadline=None)
_TEXT = st.text("ab the.", max_size=12)


def test_articles_marks_and_case_are_dropped() -> None:
    assert exact_match("The Broncos!", ["Carolina", "broncos"])
    assert exact_match("1,000", ["1000"])
    assert exact_match("3.5", ["35"])
    assert not exact_match("3.5", ["35"], WordRule.PLAIN)
    assert not exact_match("the Broncos", ["Broncos"], WordRule.PLAIN)
    assert not exact_match("x", [])


def test_words_in_common() -> None:
    assert token_f1("the Denver Broncos", ["Denver Broncos"]) == 1.0
    assert token_f1("net income rose", ["Net income fell"]) == pytest.approx(2 / 3)
    assert token_f1("b b c", ["x", "b c"]) == pytest.approx(0.8)
    assert token_f1("", ["the"]) == 1.0
    assert token_f1("中国", ["中文"], WordRule.PLAIN) == 0.5
    assert token_f1("x", []) == 0.0


@_FEW
@given(_TEXT, _TEXT, st.sampled_from(WordRule))
def test_overlap_is_a_symmetric_share(one: str, other: str, rule: WordRule) -> None:
    score = token_f1(one, [other], rule)
    assert 0.0 <= score <= 1.0
    assert score == token_f1(other, [one], rule)
    assert token_f1(one, [one], rule) == 1.0
    assert not exact_match(one, [other], rule) or score == 1.0


@_FEW
@given(st.integers(0, 5), st.sampled_from(WordRule))
def test_more_wrong_words_score_less(n_wrong: int, rule: WordRule) -> None:
    words = ["red", "green", "blue", "pink", "grey", "teal"]
    scores = [token_f1(" ".join(["x"] * n + words[n:]), [" ".join(words)], rule) for n in (n_wrong, n_wrong + 1)]
    assert scores[1] < scores[0]
