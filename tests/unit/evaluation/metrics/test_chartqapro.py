"""ChartQAPro's score."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.chartqapro import ChartQaProRule, chartqapro_score

_FEW = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("truth", "prediction", "flags", "kind", "score"),
    [
        ("100", "105", [False], "Factoid", 1.0),
        ("100", "106", [False], "Factoid", 0.0),
        ("5%", "5", [False], "Factoid", 1.0),
        ("5%", "0.05", [False], "Factoid", 0.0),
        ("0", "0.0", [False], "Factoid", 1.0),
        ("2010", "2009", [True], "Factoid", 0.0),
        ("2010.", "2010", [True], "Factoid", 1.0),
        ("[2010, 20]", "['2010', '20.5']", [True, False], "Factoid", 1.0),
        ("[Canada, Peru]", "['canada', 'Chile']", [False], "Factoid", 0.5),
        ("['Canada', 'Peru']", "['Canada']", [False], "Factoid", 0.5),
        ("Canada", "['Canada', 'Peru']", [False], "Factoid", 0.5),
        ("abcd", "abcx", [False], "Hypothetical", 0.75),
        ("abcd", "abxx", [False], "Hypothetical", 0.0),
        ("2010", "2011", [True, False], "Conversational", 1.0),
    ],
)
def test_scores(truth: str, prediction: str, flags: list[bool], kind: str, score: float) -> None:
    assert chartqapro_score(truth, prediction, flags, kind) == score


def test_the_variants_part_at_choices() -> None:
    assert chartqapro_score("False", "Falsy", [False], "Fact Checking") == pytest.approx(0.8)
    assert chartqapro_score("False", "Falsy", [False], "Fact Checking", ChartQaProRule.PAPER) == 0.0
    assert chartqapro_score("B", "b", [False], "Multi Choice", ChartQaProRule.PAPER) == 1.0


def test_a_question_without_flags_is_an_error() -> None:
    with pytest.raises(ValueError, match="year flag"):
        chartqapro_score("1", "1", [], "Factoid")


@_FEW
@given(st.text("ab1[], '", max_size=8), st.text("ab1[], '", max_size=8), st.booleans(), st.sampled_from(ChartQaProRule))
def test_scores_are_shares(truth: str, prediction: str, flag: bool, rule: ChartQaProRule) -> None:
    assert 0.0 <= chartqapro_score(truth, prediction, [flag], "Multi Choice", rule) <= 1.0


@_FEW
@given(st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=4), st.booleans())
def test_a_list_equals_itself(entries: list[str], flag: bool) -> None:
    assert chartqapro_score(str(entries), str(entries), [flag], "Factoid") == 1.0
