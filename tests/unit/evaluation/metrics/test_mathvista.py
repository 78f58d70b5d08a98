"""MathVista's extraction and match."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.mathvista import (
    AnswerType,
    MathVistaQuestion,
    MathVistaRule,
    extract_by_rule,
    mathvista_correct,
)

_FEW = settings(max_examples=25, deadline=None)
_CHOICE = MathVistaQuestion(answer_type=AnswerType.TEXT, choices=("Yes", "No"))
_INTEGER = MathVistaQuestion(answer_type=AnswerType.INTEGER)
_FLOAT = MathVistaQuestion(answer_type=AnswerType.FLOAT, precision=1)
_LIST = MathVistaQuestion(answer_type=AnswerType.LIST)


@pytest.mark.parametrize(
    ("response", "question", "extraction"),
    [
        ("", _CHOICE, ""),
        ("No", _CHOICE, "No"),
        (" 14 ", _INTEGER, "14"),
        ("14.5", _INTEGER, None),
        ("1.45", _FLOAT, "1.45"),
        ('The answer is "14".', _INTEGER, "14"),
        ("I count fourteen", _INTEGER, None),
    ],
)
def test_extraction_by_rule(response: str, question: MathVistaQuestion, extraction: str | None) -> None:
    assert extract_by_rule(response, question) == extraction


@pytest.mark.parametrize(
    ("extraction", "answer", "question", "right"),
    [
        ("(B) No", "No", _CHOICE, True),
        ("A", "Yes", _CHOICE, True),
        ("(C)", "No", _CHOICE, True),
        ("14.9", "14", _INTEGER, True),
        ("fourteen", "14", _INTEGER, False),
        ("inf", "14", _INTEGER, False),
        ("1.449", "1.4", _FLOAT, True),
        ("1.5", "1.4", _FLOAT, False),
        ("[2007, 2008]", "[2007, 2008]", _LIST, True),
        (None, "None", _LIST, False),
    ],
)
def test_matches(extraction: str | None, answer: str, question: MathVistaQuestion, right: bool) -> None:
    assert mathvista_correct(extraction, answer, question) == right


def test_only_the_official_variant_takes_the_nearest_option() -> None:
    assert mathvista_correct("Nope", "No", _CHOICE)
    assert not mathvista_correct("Nope", "No", _CHOICE, MathVistaRule.STRICT)
    assert mathvista_correct(" no ", "No", _CHOICE, MathVistaRule.STRICT)
    assert mathvista_correct("(b)", "No", _CHOICE, MathVistaRule.STRICT)


@_FEW
@given(st.integers(-(10**6), 10**6), st.sampled_from(MathVistaRule))
def test_a_number_equals_itself(number: int, rule: MathVistaRule) -> None:
    assert mathvista_correct(extract_by_rule(str(number), _INTEGER), str(number), _INTEGER, rule)
    tenth = str(round(number / 10, 1))
    assert mathvista_correct(extract_by_rule(tenth, _FLOAT), tenth, _FLOAT, rule)


@_FEW
@given(st.text(max_size=8))
def test_what_strict_passes_the_official_rule_passes(extraction: str) -> None:
    if mathvista_correct(extraction, "Yes", _CHOICE, MathVistaRule.STRICT):
        assert mathvista_correct(extraction, "Yes", _CHOICE)
