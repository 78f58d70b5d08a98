"""Figures of answers' confidences."""

import pytest

from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.finance_answers import FinanceTruth
from docai.evaluation.scoring.scorer import ItemScore, Scored
from tests.unit.evaluation.scoring.answered import answered, failed, sample

ASKED = sample(FinanceTruth(answer="7"))


def items(n: int, confidence: float, value: float) -> list[Scored]:
    return [Scored(ASKED, answered("7", confidence=confidence), ItemScore({"right": value})) for _ in range(n)]


def test_confidences_that_are_shares_right_have_no_error() -> None:
    figures = confidence_figures([*items(18, 0.6, 1.0), *items(12, 0.6, 0.0)], "right")
    assert figures["confidence_ece"] == pytest.approx(0.0)
    assert figures["confidence_aurc"] == pytest.approx(0.4)
    assert figures["confidence_coverage_at_5_percent_risk"] == 0.0


def test_confidences_that_tell_right_from_wrong_have_no_excess_and_cover_what_is_right() -> None:
    figures = confidence_figures([*items(30, 0.9, 1.0), *items(10, 0.2, 0.0)], "right")
    assert figures["confidence_excess_aurc"] == pytest.approx(0.0)
    assert figures["confidence_coverage_at_5_percent_risk"] == pytest.approx(31 / 40)
    assert figures["confidence_ece"] == pytest.approx((30 * 0.1 + 10 * 0.2) / 40)
    reverse = confidence_figures([*items(30, 0.2, 1.0), *items(10, 0.9, 0.0)], "right")
    assert reverse["confidence_excess_aurc"] > 0.3


def test_an_answer_is_right_from_half_on_and_its_risk_is_what_it_lacks() -> None:
    figures = confidence_figures(items(30, 1.0, 0.75), "right")
    assert figures["confidence_ece"] == 0.0
    assert figures["confidence_aurc"] == pytest.approx(0.25)


def test_abstentions_failures_and_items_without_the_metric_are_left_out() -> None:
    whole = items(30, 0.8, 1.0)
    others = [
        Scored(ASKED, answered(None, confidence=0.1), ItemScore({"right": 0.0})),
        Scored(ASKED, failed(), ItemScore({"right": 0.0})),
        Scored(ASKED, answered("7", confidence=0.1), ItemScore({})),
    ]
    assert confidence_figures([*whole, *others], "right") == confidence_figures(whole, "right")


def test_too_few_answers_give_no_figures() -> None:
    assert confidence_figures(items(29, 0.8, 1.0), "right") == {}
