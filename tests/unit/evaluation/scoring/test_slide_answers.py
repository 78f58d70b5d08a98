"""SlideVQA: words, slides, and both."""

import pytest

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.scorer import Scored
from docai.evaluation.scoring.slide_answers import SlideAnswers, SlideTruth
from tests.unit.evaluation.scoring.said import abstained, answered, failed

SCORER = SlideAnswers()
TRUTH = SlideTruth(answer="5 million users", evidence_pages=(2, 7))
SAMPLE = Sample(
    "1", Task.ANSWER, (), TRUTH.model_dump(mode="json"), question="By how many users is the service used, in total?"
)


def test_the_truth_is_worth_1() -> None:
    score = SCORER.score(SAMPLE, answered("5 million users", (7, 2, 2)))
    assert set(score.values.values()) == {1.0}
    assert score.detail == {"cited_pages": [2, 7]}


def test_units_are_cut_by_the_script_and_not_by_squad() -> None:
    values = SCORER.score(SAMPLE, answered("five million", (2, 7))).values
    assert (values["f1"], values["exact_match"], values["joint_exact_match"]) == (1.0, 1.0, 1.0)
    assert values["exact_match_squad"] == 0.0
    assert values["f1_squad"] == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))


def test_a_wrong_slide_costs_the_evidence_and_the_joint_figures() -> None:
    values = SCORER.score(SAMPLE, answered("5 million users", (2, 3))).values
    assert (values["f1"], values["evidence_f1"], values["joint_f1"]) == (1.0, 0.5, 0.5)
    assert (values["exact_match"], values["evidence_exact_match"], values["joint_exact_match"]) == (1.0, 0.0, 0.0)
    without = SCORER.score(SAMPLE, answered("5 million users")).values
    assert (without["evidence_f1"], without["joint_f1"]) == (0.0, 0.0)


@pytest.mark.parametrize("prediction", [abstained(), failed(), abstained((2, 7)), answered("")])
def test_no_answer_is_worth_0(prediction: Prediction) -> None:
    assert set(SCORER.score(SAMPLE, prediction).values.values()) == {0.0}


def test_figures_are_means_and_texts_are_told() -> None:
    right = answered("5 million users", (2, 7))
    scored = [Scored(SAMPLE, said, SCORER.score(SAMPLE, said)) for said in (right, failed())]
    assert SCORER.figures(scored)[SCORER.primary] == 0.5
    assert SCORER.truth_text(SAMPLE) == SCORER.prediction_text(right) == "5 million users (slides 2, 7)"
    assert SCORER.prediction_text(answered("5")) == "5"
    assert SCORER.prediction_text(abstained()) == "no answer"
