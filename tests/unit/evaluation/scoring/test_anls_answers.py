"""ANLS of answers, and their pages."""

import pytest
from pydantic import BaseModel

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.anls_answers import AnlsAnswers, AnlsTruth
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.said import abstained, answered, failed

SCORER = AnlsAnswers()


def sample(truth: BaseModel) -> Sample:
    return Sample("1", Task.ANSWER, (), truth.model_dump(mode="json"), question="What?")


ONE_PAGE = sample(AnlsTruth(answers=("Coca Cola", "Coca-Cola Company")))
MANY_PAGES = sample(AnlsTruth(answers=("1994",), page=3))


def test_the_truth_is_worth_1() -> None:
    values = SCORER.score(ONE_PAGE, answered(" COCA  cola")).values
    assert values == {"anls": 1.0, "anls_paper": 1.0, "anls_harness": 1.0, "exact_match": 1.0}


def test_a_misreading_is_worth_less_and_the_rules_part_at_one_half() -> None:
    near = SCORER.score(ONE_PAGE, answered("Coca Cole")).values
    assert near == {
        "anls": pytest.approx(8 / 9),
        "anls_paper": pytest.approx(8 / 9),
        "anls_harness": pytest.approx(8 / 9),
        "exact_match": 0.0,
    }
    half = SCORER.score(sample(AnlsTruth(answers=("abcd",))), answered("abxx")).values
    assert (half["anls"], half["anls_paper"]) == (0.5, 0.0)
    padded = SCORER.score(sample(AnlsTruth(answers=("abcd",))), answered("abcx  ")).values
    assert padded["anls_harness"] > padded["anls"]


@pytest.mark.parametrize("prediction", [abstained(), failed(), abstained((3,))])
@pytest.mark.parametrize("asked", [ONE_PAGE, MANY_PAGES])
def test_no_answer_is_worth_0(prediction: Prediction, asked: Sample) -> None:
    assert set(SCORER.score(asked, prediction).values.values()) == {0.0}
    assert SCORER.prediction_text(prediction) == "no answer"


def test_the_first_citation_tells_the_page() -> None:
    right = SCORER.score(MANY_PAGES, answered("1994", (3, 1)))
    assert (right.values["answer_page"], right.values["anls"]) == (1.0, 1.0)
    assert right.detail == {"cited_page": 3, "true_page": 3}
    assert SCORER.score(MANY_PAGES, answered("1994", (1, 3))).values["answer_page"] == 0.0
    assert SCORER.score(MANY_PAGES, answered("1994")).values["answer_page"] == 0.0


def test_figures_are_means_and_texts_are_told() -> None:
    scored = [Scored(MANY_PAGES, said, SCORER.score(MANY_PAGES, said)) for said in (answered("1994", (3,)), failed())]
    assert SCORER.figures(scored)[SCORER.primary] == 0.5
    assert SCORER.truth_text(ONE_PAGE) == "Coca Cola | Coca-Cola Company"
    assert SCORER.truth_text(MANY_PAGES) == "1994 (page 3)"
    assert SCORER.prediction_text(answered("1994", (2,))) == "1994 (page 2)"
    assert SCORER.prediction_text(answered("1994")) == "1994"


def test_a_truth_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="answers"):
        SCORER.score(Sample("1", Task.ANSWER, (), {"answers": []}), answered("1994"))
