"""OCRBench v2, answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ocrbench_v2_answers import (
    VqaForm,
    choice_correct,
    count_score,
    exact_count_correct,
    fields_score,
    formula_correct,
    handwritten_choice_correct,
    vqa_score,
)

_FEW = settings(max_examples=25, deadline=None)
_FIELDS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y"]), max_size=3)


def test_the_example_of_the_official_script() -> None:
    assert vqa_score("apple pie and banana", ["apple", "banana pie", "apple pie and orange"]) == 1.0


@pytest.mark.parametrize(
    ("prediction", "answer", "form", "score"),
    [
        ("It is RED.", "red", VqaForm.ENGLISH, 1.0),
        ("It is RED.", "red", VqaForm.CASE_SENSITIVE, 0.0),
        ("a b c d x", "a b c d e", VqaForm.ENGLISH, 8 / 9),
        ("so: a b c d", "a b c d", VqaForm.ENGLISH, 1.0),
        ("z", "a b c d e", VqaForm.ENGLISH, 0.0),
        ("红 色", "红色", VqaForm.CHINESE, 1.0),
        ("一,二,三,五", "一,二,三,四", VqaForm.CHINESE, 6 / 7),
    ],
)
def test_short_answers_are_sought_and_long_ones_compared(
    prediction: str, answer: str, form: VqaForm, score: float
) -> None:
    assert vqa_score(prediction, [answer], form) == pytest.approx(score)
    assert vqa_score(prediction, [], form) == 0.0


def test_choices() -> None:
    assert choice_correct("(B).", "B")
    assert not choice_correct("Answer B", "B")
    assert handwritten_choice_correct("A、C", "AC")
    assert handwritten_choice_correct("B", "B")
    assert not handwritten_choice_correct("A-C", "AC")


@pytest.mark.parametrize(("prediction", "score"), [("10", 1.0), ("about 8", 0.8), ("5", 0.0), ("20", 0.0), ("no", 0.0)])
def test_counts(prediction: str, score: float) -> None:
    assert count_score(prediction, ["10"]) == pytest.approx(score)


def test_exact_counts_and_formulas() -> None:
    assert exact_count_correct("There are 3.", ["3"])
    assert not exact_count_correct("three", ["3"])
    assert formula_correct("$ x + 1 $", ["x+1"])
    assert not formula_correct(r"\text{x}+1", ["x+1"])
    assert formula_correct(r"\text{x}+1", ["x+1"], is_chinese=True)


def test_fields_are_averaged_over_both_sides() -> None:
    assert fields_score({"total": "1 200", "date": "x"}, {"Total": ["5"], "total": ["1200", "12"]}) == pytest.approx(
        1 / 3
    )
    assert fields_score({}, {}) == 0.0


@_FEW
@given(st.text("ab ,", max_size=12), st.text("ab ,", max_size=12), st.sampled_from(VqaForm))
def test_scores_are_shares(prediction: str, answer: str, form: VqaForm) -> None:
    assert 0.0 <= vqa_score(prediction, [answer], form) <= 1.0
    assert vqa_score(answer, [answer], form) == 1.0


@_FEW
@given(_FIELDS, _FIELDS)
def test_field_scores_are_shares(prediction: dict[str, str], truth: dict[str, str]) -> None:
    assert 0.0 <= fields_score(prediction, {key: [value] for key, value in truth.items()}) <= 1.0
    assert not truth or fields_score(truth, {key: [value] for key, value in truth.items()}) == 1.0
