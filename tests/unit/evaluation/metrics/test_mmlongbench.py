"""MMLongBench-Doc's scores by answer format."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.mmlongbench import (
    AnswerFormat,
    MmLongBenchRule,
    mmlongbench_figures,
    mmlongbench_score,
)

_FEW = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("truth", "prediction", "answer_format", "score"),
    [
        ("18", "18.0", "Int", 1.0),
        ("18", "$18", "Int", 0.0),
        ("18", "about 18", "Int", 0.0),
        ("18", "inf", "Int", 0.0),
        ("19.5%", "0.195", "Float", 1.0),
        ("19.5%", "19.6 %", "Float", 1.0),
        ("19.5", "21", "Float", 0.0),
        ("19.5", "none", "Float", 0.0),
        ("Los Angeles", "los angeles (city)", "Str", 1.0),
        ("abcd", "abxx", "Str", 0.0),
        ("2015-02", "2015-03", "Str", 0.0),
        ("page 12", "page 13", "Str", 0.0),
        ("me@site.com", "ne@site.com", "Str", 0.0),
        ("Not answerable", "Not answerable", "None", 1.0),
        ("['b', 'alpha']", "['alpha', 'b']", "List", 1.0),
        ("['b', 'alpha']", "[alpha, b]", "List", 1.0),
        ("['alphabet', 'beta']", "['alphabet', 'betx']", "List", 0.75),
        ("['a', 'b']", "['a']", "List", 0.0),
        ("[12, 13]", "[13, 12]", "List", 1.0),
        ("[12, 13]", "[12, 14]", "List", 0.0),
    ],
)
def test_each_format_has_its_rule(truth: str, prediction: str, answer_format: str, score: float) -> None:
    assert mmlongbench_score(truth, prediction, AnswerFormat(answer_format)) == score


def test_the_variants_part_at_units() -> None:
    for truth, prediction, kind in [("18", "18%", AnswerFormat.INT), ("2.5 million", "2.5", AnswerFormat.FLOAT)]:
        assert mmlongbench_score(truth, prediction, kind) == 0.0
        assert mmlongbench_score(truth, prediction, kind, MmLongBenchRule.INTENDED) == 1.0


def test_figures_of_a_set() -> None:
    figures = mmlongbench_figures([(1.0, True, False), (0.0, True, True), (1.0, False, True), (0.0, False, False)])
    assert figures.accuracy == 0.5
    assert figures.f1 == 0.5
    with pytest.raises(ValueError, match="at least one"):
        mmlongbench_figures([])


@_FEW
@given(st.text(max_size=10), st.text(max_size=10), st.sampled_from(AnswerFormat), st.sampled_from(MmLongBenchRule))
def test_scores_are_shares(truth: str, prediction: str, kind: AnswerFormat, rule: MmLongBenchRule) -> None:
    assert 0.0 <= mmlongbench_score(truth, prediction, kind, rule) <= 1.0
    assert mmlongbench_score(truth, truth, AnswerFormat.STR, rule) == 1.0


@_FEW
@given(st.integers(-(10**6), 10**6), st.sampled_from(MmLongBenchRule))
def test_a_number_equals_itself(number: int, rule: MmLongBenchRule) -> None:
    assert mmlongbench_score(str(number), str(number), AnswerFormat.INT, rule) == 1.0
    assert mmlongbench_score(str(number / 8), str(number / 8), AnswerFormat.FLOAT, rule) == 1.0
