"""Whether docai declined to answer."""

import pytest

from docai.evaluation.predictions import Prediction
from docai.evaluation.scoring.abstention import abstention_detail, abstention_figures, has_declined, no_answer_text
from docai.evaluation.scoring.finance_answers import FinanceTruth
from docai.evaluation.scoring.scorer import ItemScore, Scored
from tests.unit.evaluation.scoring.answered import answered, failed, sample


@pytest.mark.parametrize(
    ("prediction", "answers", "declined"),
    [
        (answered(None), ["7"], True),
        (answered("Not answerable"), ["7"], True),
        (answered("None"), [], True),
        (answered("None"), ["none"], False),
        (answered("7"), [], False),
        (failed(), [], False),
        (Prediction(sample_id="1"), [], False),
    ],
)
def test_who_declines(prediction: Prediction, answers: list[str], declined: bool) -> None:
    assert has_declined(prediction, answers) is declined


def item(is_answerable: bool, declined: bool) -> Scored:
    detail = abstention_detail(is_answerable, declined)
    return Scored(sample(FinanceTruth(answer="7")), answered(None), ItemScore({}, detail))


def test_figures_are_of_declining_alone() -> None:
    scored = [item(False, True), item(False, False), item(False, False), item(True, True), item(True, False)]
    figures = abstention_figures(scored)
    assert figures["unanswerable_precision"] == 1 / 2
    assert figures["unanswerable_recall"] == 1 / 3
    assert figures["unanswerable_f1"] == pytest.approx(0.4)
    assert abstention_figures(scored[3:]) == {}


def test_why_there_is_no_answer_is_told() -> None:
    told = [no_answer_text(prediction) for prediction in (answered(None), failed(), Prediction(sample_id="1"))]
    assert told == ["(abstained)", "(failed: pdf_damaged)", "(nothing)"]
