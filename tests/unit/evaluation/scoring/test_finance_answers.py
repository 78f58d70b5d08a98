"""FinanceBench: right, wrong or refused."""

import pytest

from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.finance_answers import FinanceAnswers, FinanceTruth
from tests.unit.evaluation.scoring.answered import FILE, answered, failed, sample, score, values

SCORER = FinanceAnswers()
FIGURE = FinanceTruth(answer="$1577.00", evidence=(EvidencePage(file=FILE, page=60),))
WORDS = FinanceTruth(answer="No, the quick ratio fell from 0.69 to 0.67.")


@pytest.mark.parametrize("truth", [FIGURE, WORDS])
def test_truth_as_answer_is_correct(truth: FinanceTruth) -> None:
    found = values(SCORER, truth, answered(truth.answer, (FILE, 60)))
    assert (found["correct"], found["incorrect"], found["refused"]) == (1.0, 0.0, 0.0)
    assert found["anls"] == found["token_f1"] == 1.0


def test_a_figure_may_be_printed_otherwise_and_not_be_another() -> None:
    assert values(SCORER, FIGURE, answered("1,577 million"))["correct"] == 1.0
    found = values(SCORER, FIGURE, answered("$1,677"))
    assert (found["correct"], found["incorrect"], found["correct_figures"]) == (0.0, 1.0, 0.0)


def test_words_that_a_rule_cannot_judge_are_told_by_likeness() -> None:
    found = values(SCORER, WORDS, answered("No, it fell from 0.69 to 0.67."))
    assert found["correct"] == 0.0
    assert 0.5 < found["token_f1"] < 1.0
    assert "correct_figures" not in found


def test_abstention_and_failure_are_refusals_and_score_nothing() -> None:
    for prediction in (answered(None), failed()):
        found = values(SCORER, FIGURE, prediction)
        assert found["refused"] == 1.0
        assert found["correct"] == found["incorrect"] == found["anls"] == found["evidence_page_recall"] == 0.0


def test_figures_are_means_and_those_of_confidence() -> None:
    asked = [(FIGURE, answered("$1577", (FILE, 60), confidence=0.9)), (WORDS, answered("Yes.", confidence=0.2))] * 20
    figures = SCORER.figures([score(SCORER, sample(truth), said) for truth, said in asked])
    assert (figures["correct"], figures["correct_figures"], figures["evidence_page_recall"]) == (0.5, 1.0, 1.0)
    assert figures["confidence_excess_aurc"] == pytest.approx(0.0)


def test_texts_for_people() -> None:
    assert SCORER.truth_text(sample(FIGURE)) == "$1577.00"
    assert SCORER.prediction_text(answered("$1577")) == "$1577"
    assert SCORER.prediction_text(failed()) == "(failed: pdf_damaged)"
