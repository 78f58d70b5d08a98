"""Fields by schema, and DocuBench."""

from typing import Any

import pytest

from docai.evaluation.scoring.fields import DocuBenchScorer, FieldScorer, FieldsTruth
from tests.unit.evaluation.scoring.extracted import NOTHING, extracted, figures, sample, scored
from tests.unit.evaluation.scoring.said import failed

LABEL = {"total": 12.5, "seller": "Ada & Co.", "lines": [{"name": "Nut", "n": 2}, {"name": "Bolt", "n": 3}]}
TRUTH = FieldsTruth(data=LABEL).model_dump(mode="json")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "total": {"type": "number"},
        "seller": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "number"}}},
        },
    },
}


def test_the_truth_is_worth_1_in_whatever_order_and_case() -> None:
    said = {"seller": "ADA CO", "lines": LABEL["lines"][::-1], "total": 12.5}
    for scorer in (FieldScorer(), DocuBenchScorer()):
        found = scorer.figures(scored(scorer, (sample(TRUTH, schema=SCHEMA), extracted(said))))
        assert found[scorer.primary] == found["field_f1"] == found["doc_f1"] == 1.0
        assert "cited" not in found


def test_leaves_are_pooled_and_documents_are_averaged() -> None:
    small = FieldsTruth(data={"total": 1}).model_dump(mode="json")
    found = figures(FieldScorer(), [TRUTH, small], [extracted(LABEL | {"total": 12}), extracted({"total": 1})])
    assert found["field_precision"] == found["field_recall"] == pytest.approx(6 / 7)
    assert found["doc_f1"] == pytest.approx((5 / 6 + 1) / 2)


def test_docubench_weighs_arrays_by_their_leaves() -> None:
    said = {"total": 12.5, "seller": "other", "lines": [{"name": "Nut", "n": 2}]}
    score = DocuBenchScorer().score(sample(TRUTH, schema=SCHEMA), extracted(said))
    # one of two single values, and one of two lines of two leaves each
    assert score.values["final"] == pytest.approx((0.5 * 2 + 0.5 * 4) / 6)


@pytest.mark.parametrize("said", [NOTHING, failed(), extracted({}), extracted(None), extracted([1])])
def test_nothing_is_worth_0(said: Any) -> None:
    score = DocuBenchScorer().score(sample(TRUTH, schema=SCHEMA), said)
    assert set(score.values.values()) == {0.0}
    assert FieldScorer().prediction_text(said)


def test_values_with_page_and_box_are_cited() -> None:
    said = extracted({"total": 1}, (1, 2), ("x", None), (None, 3), (True, 1))
    assert figures(FieldScorer(), [TRUTH], [said])["cited"] == pytest.approx(2 / 3)


def test_a_truth_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="data"):
        FieldScorer().score(sample({"answers": []}), NOTHING)
    with pytest.raises(ValueError, match="no schema"):
        DocuBenchScorer().score(sample(TRUTH), NOTHING)
    assert "Ada & Co." in FieldScorer().truth_text(sample(TRUTH))
