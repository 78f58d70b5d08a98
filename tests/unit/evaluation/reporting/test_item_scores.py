import pytest

from docai.evaluation.reporting.item_scores import is_error, item_score, scored_by
from docai.evaluation.scoring.scorer import ItemScore


def test_the_primary_metric_counts_where_the_item_has_it() -> None:
    assert item_score(ItemScore({"anls": 0.25, "exact": 1.0}), "anls") == 0.25
    assert item_score(ItemScore({"cer": 0.25}), "cer") == 0.75
    assert item_score(ItemScore({"cer": 1.5}), "cer") == 0.0
    assert item_score(ItemScore({}), "anls") is None


def test_else_the_mean_of_its_metrics_with_errors_as_what_they_leave() -> None:
    page = ItemScore({"text_edit": 0.25, "table_teds": 0.5, "cer_ordered": 0.75})
    assert item_score(page, "overall") == pytest.approx(0.5)
    assert scored_by([page], "overall") == "mean of an item's metrics"
    assert scored_by([page, ItemScore({"overall": 1.0})], "overall") == "overall"


def test_errors_are_told_by_their_names() -> None:
    assert all(is_error(name) for name in ("cer", "wer", "text_edit", "order_edit", "edit_distance", "word_error_rate"))
    assert not any(is_error(name) for name in ("accuracy", "overall_edit_formula", "credit", "answer", "teds"))
