"""SROIE's entities."""

import pytest

from docai.evaluation.scoring.receipt_entities import EntitiesTruth, ReceiptScorer
from tests.unit.evaluation.scoring.extracted import NOTHING, extracted, figures, sample
from tests.unit.evaluation.scoring.said import failed

ENTITIES = {"company": "ABC HO TRADING", "date": "09/01/2019", "address": "NO.2, JALAN 3/2, JOHOR", "total": "31.00"}
TRUTH = EntitiesTruth(**ENTITIES).model_dump(mode="json")
SCORER = ReceiptScorer()


def test_the_truth_is_worth_1() -> None:
    found = figures(SCORER, [TRUTH], [extracted(ENTITIES | {"total": " 31.00 "})])
    assert set(found.values()) == {1.0}


def test_case_and_blanks_count_in_the_official_figure_only() -> None:
    found = figures(SCORER, [TRUTH], [extracted(ENTITIES | {"company": "Abc Ho  Trading"})])
    assert found["entity_f1"] == found["entity_precision"] == found["entity_recall"] == 0.75
    assert found["entity_f1_folded"] == found["company_exact"] == found["fields_exact"] == 1.0


def test_misread_and_missing_entities_are_worth_less() -> None:
    said = extracted({"company": "ABC HO TRADINC", "date": "09/01/2019", "address": None, "total": "7"})
    found = figures(SCORER, [TRUTH], [said])
    assert found["entity_f1"] == pytest.approx(2 * 1 / (3 + 4))
    assert found["company_anls"] == pytest.approx(13 / 14)
    assert (found["address_anls"], found["total_anls"], found["date_exact"]) == (0.0, 0.0, 1.0)
    assert found["fields_exact"] == 0.25


def test_an_entity_that_the_receipt_does_not_have_is_not_asked_for() -> None:
    truth = EntitiesTruth(company="A", total="").model_dump(mode="json")
    found = figures(SCORER, [truth], [extracted({"company": "A", "date": "1/1/2020"})])
    assert (found["entity_precision"], found["entity_recall"]) == (0.5, 1.0)
    assert "date_exact" not in found
    assert found["fields_anls"] == 1.0


def test_nothing_is_worth_0() -> None:
    assert set(figures(SCORER, [TRUTH, TRUTH], [NOTHING, failed()]).values()) == {0.0}
    with pytest.raises(ValueError, match="lines"):
        SCORER.score(sample({"lines": []}), NOTHING)
    assert "total: 31.00" in SCORER.truth_text(sample(TRUTH))
