import pytest

from docai.evaluation.metrics.mathvista import AnswerType, MathVistaQuestion
from docai.evaluation.scoring.mathvista import MathVistaScorer, MathVistaTruth
from tests.unit.evaluation.scoring.answered import answered, failed, sample, score, values

_SCORER = MathVistaScorer()
_LARGER = MathVistaTruth(
    answer="equal to",
    question=MathVistaQuestion(answer_type=AnswerType.TEXT, choices=("larger than", "equal to", "smaller than")),
    skills=("algebraic reasoning", "statistical reasoning"),
)
_WHOLE = MathVistaTruth(answer="1200", question=MathVistaQuestion(answer_type=AnswerType.INTEGER))
_DECIMAL = MathVistaTruth(answer="1.2", question=MathVistaQuestion(answer_type=AnswerType.FLOAT, precision=1))
_LIST = MathVistaTruth(answer="[0, 2]", question=MathVistaQuestion(answer_type=AnswerType.LIST))
_TEXT = MathVistaTruth(answer="yes", question=MathVistaQuestion(answer_type=AnswerType.TEXT))


@pytest.mark.parametrize(
    ("truth", "reply", "by_rule", "quick"),
    [
        (_LARGER, "equal to", 1.0, 1.0),
        (_LARGER, 'The answer is "equal to".', 1.0, 1.0),
        (_LARGER, "B", 1.0, 0.0),
        (_LARGER, "(B) equal to", 1.0, 0.0),
        (_LARGER, "(A) larger than, no: option B", 1.0, 0.0),
        (_LARGER, "Equal to", 1.0, 0.0),
        (_LARGER, "It is equal to that, not larger than it", 0.0, 0.0),
        (_LARGER, "A larger slope", 0.0, 0.0),
        (_LARGER, "I cannot tell", 0.0, 0.0),
        (_LARGER, "C", 0.0, 0.0),
        (_WHOLE, "1200", 1.0, 1.0),
        (_WHOLE, "Ruth needs $1,200.", 1.0, 0.0),
        (_WHOLE, "between 10 and 1200-1300", 0.0, 0.0),
        (_WHOLE, "many", 0.0, 0.0),
        (_DECIMAL, "1.23", 1.0, 1.0),
        (_DECIMAL, "x = 1.24 cm", 1.0, 0.0),
        (_DECIMAL, "1.3", 0.0, 0.0),
        (_LIST, "so the list is [0, 2]", 1.0, 0.0),
        (_LIST, "0 and 2", 0.0, 0.0),
        (_TEXT, 'The answer is "yes".', 1.0, 1.0),
        (_TEXT, "yes, it is", 0.0, 0.0),
    ],
)
def test_answers_are_taken_out_by_rule(truth: MathVistaTruth, reply: str, by_rule: float, quick: float) -> None:
    expected = {"accuracy_by_rule": by_rule, "accuracy_quick_extract": quick}
    assert values(_SCORER, truth, answered(reply)) == expected


@pytest.mark.parametrize("truth", [_LARGER, _WHOLE, _LIST, _TEXT])
def test_nothing_is_right_where_docai_declines_or_fails(truth: MathVistaTruth) -> None:
    for prediction in (answered(None), failed()):
        assert set(values(_SCORER, truth, prediction).values()) == {0.0}


def test_a_question_counts_for_each_of_its_skills() -> None:
    asked = sample(_LARGER), sample(_LARGER.model_copy(update={"skills": ("algebraic reasoning",)})), sample(_WHOLE)
    replies = ("B", "A", "1200")
    many = [score(_SCORER, each, answered(reply)) for each, reply in zip(asked, replies, strict=True)]
    figures = _SCORER.figures(many)
    assert figures["accuracy_by_rule"] == pytest.approx(2 / 3)
    assert figures["accuracy_quick_extract"] == pytest.approx(1 / 3)
    assert figures["skill: algebraic reasoning"] == 0.5
    assert figures["skill: statistical reasoning"] == 1.0


def test_what_people_see() -> None:
    assert _SCORER.truth_text(sample(_LARGER)) == "equal to"
    assert _SCORER.prediction_text(answered("B")) == "B"
