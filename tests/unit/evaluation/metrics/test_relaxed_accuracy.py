"""ChartQA's relaxed accuracy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.relaxed_accuracy import RelaxedRule, relaxed_correct

_FEW = settings(max_examples=25, deadline=None)
_OFFICIAL, _YEARS, _PRINTED = RelaxedRule.OFFICIAL, RelaxedRule.EXACT_YEARS, RelaxedRule.PRINTED


@pytest.mark.parametrize(
    ("truth", "prediction", "right"),
    [
        ("100", "105", (_OFFICIAL, _YEARS, _PRINTED)),
        ("100", "106", ()),
        ("5%", "0.05", (_OFFICIAL, _YEARS)),
        ("5%", "5", (_PRINTED,)),
        ("1,234", "1234", (_PRINTED,)),
        ("2010", "2009", (_OFFICIAL,)),
        ("2010", "2010", (_OFFICIAL, _YEARS, _PRINTED)),
        ("0", "0.0", (_PRINTED,)),
        ("0", "0", (_OFFICIAL, _YEARS, _PRINTED)),
        ("0", "1", ()),
        ("Brazil", "brazil", (_OFFICIAL, _YEARS, _PRINTED)),
        ("Brazil", "brazil.", (_PRINTED,)),
        ("-10", "10", ()),
        ("1", "nan", ()),
    ],
)
def test_the_variants_part_at_how_numbers_are_read(truth: str, prediction: str, right: tuple[RelaxedRule]) -> None:
    assert tuple(rule for rule in RelaxedRule if relaxed_correct(truth, prediction, rule)) == right


@_FEW
@given(st.text(max_size=8))
def test_an_answer_equals_itself(text: str) -> None:
    assert all(relaxed_correct(text, text, rule) for rule in RelaxedRule)


@_FEW
@given(st.integers(3000, 10**6), st.floats(0.0, 0.2))
def test_the_tolerance_is_one_twentieth(number: int, change: float) -> None:
    for sign in (-1, 1):
        given_answer = repr(number * (1 + sign * change))
        if abs(change - 0.05) > 1e-6:
            assert relaxed_correct(str(number), given_answer) == (change < 0.05)
