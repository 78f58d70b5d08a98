"""ANLS and its variants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.anls import AnlsRule, anls

_FEW = settings(max_examples=25, deadline=None)
_TEXT = st.text("abcdeAB 12", max_size=12)


def test_the_nearest_accepted_answer_counts() -> None:
    assert anls("4-May-1980", ["4 May 1980", "1980"]) == pytest.approx(0.8)
    assert anls("  Hello   World ", ["hello world"]) == 1.0


@pytest.mark.parametrize(
    ("rule", "score"),
    [(AnlsRule.OFFICIAL, 0.5), (AnlsRule.HARNESS, 0.5), (AnlsRule.PAPER, 0.0), (AnlsRule.MMLONGBENCH, 0.0)],
)
def test_the_variants_part_at_one_half(rule: AnlsRule, score: float) -> None:
    assert anls("abxx", ["abcd"], rule) == score


def test_the_variants_part_at_case_and_lengths() -> None:
    assert anls("ABCD", ["abcd"]) == 1.0
    assert anls("ABCD", ["abcd"], AnlsRule.MMLONGBENCH) == 0.0
    assert anls("abcx    ", ["abcd"]) == 0.75
    assert anls("abcx    ", ["abcd"], AnlsRule.HARNESS) == 0.875


def test_no_accepted_answer_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        anls("a", [])


@_FEW
@given(_TEXT, _TEXT, st.sampled_from(AnlsRule))
def test_scores_are_shares_and_symmetric(one: str, other: str, rule: AnlsRule) -> None:
    score = anls(one, [other], rule)
    assert 0.0 <= score <= 1.0
    assert score == anls(other, [one], rule)
    assert anls(one, [one], rule) == 1.0
    assert anls(one, [other, one], rule) == 1.0


@_FEW
@given(st.text("abc", min_size=1, max_size=10), st.data())
def test_more_wrong_characters_score_no_more(answer: str, data: st.DataObject) -> None:
    n_wrong = data.draw(st.integers(0, len(answer) - 1))
    corrupted = ["#" * n + answer[n:] for n in (n_wrong, n_wrong + 1)]
    assert anls(corrupted[1], [answer]) <= anls(corrupted[0], [answer])
