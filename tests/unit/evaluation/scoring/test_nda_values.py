"""Kleister's pairs."""

import pytest

from docai.evaluation.scoring.nda_values import KeyValuesTruth, NdaScorer
from tests.unit.evaluation.scoring.extracted import NOTHING, extracted, figures, sample
from tests.unit.evaluation.scoring.said import failed

VALUES = {"effective_date": ["2012-09-04"], "party": ["Jda Software Group Inc.", "Redprairie Holding Inc."]}
TRUTH = KeyValuesTruth(values=VALUES).model_dump(mode="json")
SCORER = NdaScorer()


def test_the_truth_is_worth_1_whatever_its_case_and_blanks() -> None:
    said = {"effective_date": "2012-09-04", "party": ["REDPRAIRIE_HOLDING  INC.", "Jda Software Group Inc."]}
    found = figures(SCORER, [TRUTH], [extracted(said)])
    assert found["f1"] == found["precision"] == found["recall"] == found["mean_f1"] == found["accuracy"] == 1.0
    assert found["party_f1"] == found["effective_date_f1"] == 1.0
    assert found["f1_cased"] == pytest.approx(2 / 3)


def test_pairs_are_pooled_and_nulls_are_none() -> None:
    said = {"effective_date": None, "party": ["Jda Software Group Inc.", "Nobody"], "term": ""}
    other = KeyValuesTruth(values={"term": ["2 years"]}).model_dump(mode="json")
    found = figures(SCORER, [TRUTH, other], [extracted(said), extracted({"term": "2 years"})])
    assert (found["precision"], found["recall"]) == (pytest.approx(2 / 3), pytest.approx(2 / 4))
    assert found["f1"] == pytest.approx(4 / 7)
    assert found["mean_f1"] == pytest.approx((2 / 5 + 1) / 2)
    assert found["accuracy"] == 0.5
    assert (found["party_f1"], found["term_f1"], found["effective_date_f1"]) == (0.5, 1.0, 0.0)


def test_nothing_is_worth_0() -> None:
    found = figures(SCORER, [TRUTH, TRUTH], [NOTHING, failed()])
    assert set(found.values()) == {0.0}


def test_a_document_without_values_wants_none() -> None:
    empty = KeyValuesTruth(values={}).model_dump(mode="json")
    assert figures(SCORER, [empty], [extracted({})])["f1"] == 1.0
    assert figures(SCORER, [empty], [extracted({"term": "1 year"})])["f1"] == 0.0


def test_the_truth_is_told_and_checked() -> None:
    assert SCORER.truth_text(sample(TRUTH)).startswith("effective_date: 2012-09-04; party: Jda")
    with pytest.raises(ValueError, match="values"):
        SCORER.score(sample({"data": {}}), NOTHING)
