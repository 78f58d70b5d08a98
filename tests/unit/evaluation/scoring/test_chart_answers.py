"""Relaxed accuracy of ChartQA and ChartQAPro."""

import pytest

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.chart_answers import (
    ChartAnswers,
    ChartAnswerTruth,
    ChartProAnswers,
    ChartProTruth,
    QuestionAuthor,
)
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.said import abstained, answered, failed

CHARTQA, PRO = ChartAnswers(), ChartProAnswers()


def asked(answer: str, author: QuestionAuthor = QuestionAuthor.HUMAN) -> Sample:
    return Sample("1", Task.ANSWER, (), ChartAnswerTruth(answer=answer, author=author).model_dump(mode="json"))


def asked_pro(answer: str, kind: str = "Factoid", *flags: bool) -> Sample:
    truth = ChartProTruth(answer=answer, question_type=kind, year_flags=flags or (False,))
    return Sample("1", Task.ANSWER, (), truth.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("truth", "said", "relaxed", "exact_years", "printed"),
    [
        ("14", "14", 1, 1, 1),
        ("14", "14.7", 1, 1, 1),
        ("14", "14.8", 0, 0, 0),
        ("2010", "2009", 1, 0, 0),
        ("1234", "1,234", 0, 0, 1),
        ("14", "14%", 0, 0, 1),
        ("Yes", "yes", 1, 1, 1),
        ("Yes", "No", 0, 0, 0),
    ],
)
def test_numbers_are_met_by_each_rule(truth: str, said: str, relaxed: int, exact_years: int, printed: int) -> None:
    values = CHARTQA.score(asked(truth), answered(said)).values
    assert values == {
        "relaxed": relaxed,
        "relaxed_exact_years": exact_years,
        "relaxed_printed": printed,
        "relaxed_human": relaxed,
    }


@pytest.mark.parametrize("prediction", [abstained(), failed()])
def test_no_answer_is_worth_0(prediction: Prediction) -> None:
    assert set(CHARTQA.score(asked("14"), prediction).values.values()) == {0.0}
    assert set(PRO.score(asked_pro("14"), prediction).values.values()) == {0.0}


def test_halves_are_apart_and_their_mean_is_told() -> None:
    human, augmented = asked("14"), asked("20", QuestionAuthor.AUGMENTED)
    pairs = [(human, answered("14")), (human, answered("15")), (human, failed()), (augmented, answered("20"))]
    scored = [Scored(sample, said, CHARTQA.score(sample, said)) for sample, said in pairs]
    figures = CHARTQA.figures(scored)
    assert (figures["relaxed_human"], figures["relaxed_augmented"]) == (pytest.approx(1 / 3), 1.0)
    assert (figures["relaxed"], figures["relaxed_average"]) == (0.5, pytest.approx(2 / 3))
    assert "relaxed_average" not in CHARTQA.figures(scored[:3])


@pytest.mark.parametrize(
    ("sample", "said", "official", "paper"),
    [
        (asked_pro("14"), "14.5", 1.0, 1.0),
        (asked_pro("2010", "Factoid", True), "2009", 0.0, 0.0),
        (asked_pro("[2010, 20]", "Factoid", True, False), "['2010', '20.5']", 1.0, 1.0),
        (asked_pro("[Canada, Peru]"), "['Canada', 'Chile']", 0.5, 0.5),
        (asked_pro("false", "Fact Checking"), "fal", 0.6, 0.0),
        (asked_pro("5", "Multi Choice"), "5.1", 1.0, 0.0),
        (asked_pro("b", "Multi Choice"), "B", 1.0, 1.0),
    ],
)
def test_choices_are_exact_in_the_paper_and_not_in_the_script(
    sample: Sample, said: str, official: float, paper: float
) -> None:
    values = PRO.score(sample, answered(said)).values
    assert values["relaxed_chartqapro"] == pytest.approx(official)
    assert values["relaxed_chartqapro_paper"] == pytest.approx(paper)


def test_an_abstention_is_right_where_the_chart_does_not_say() -> None:
    unanswerable = asked_pro("Unanswerable")
    assert set(PRO.score(unanswerable, abstained()).values.values()) == {1.0}
    assert set(PRO.score(unanswerable, failed()).values.values()) == {0.0}
    assert (PRO.prediction_text(abstained()), PRO.prediction_text(failed())) == ("unanswerable", "no answer")


def test_texts_are_told() -> None:
    assert (CHARTQA.truth_text(asked("14")), PRO.truth_text(asked_pro("15"))) == ("14", "15")
    assert (CHARTQA.prediction_text(answered("3")), CHARTQA.prediction_text(failed())) == ("3", "no answer")
    scored = [Scored(asked_pro("1"), said, PRO.score(asked_pro("1"), said)) for said in (answered("1"), failed())]
    assert PRO.figures(scored)[PRO.primary] == 0.5
