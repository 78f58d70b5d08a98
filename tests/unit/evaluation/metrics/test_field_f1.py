"""F1 of extracted fields."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.field_f1 import field_counts, field_figures

_FEW = settings(max_examples=25, deadline=None)
_LEAF = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "A b", "c"])
_JSON = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


def test_leaves_are_folded_by_kind() -> None:
    truth = {"name": "ACME, Inc.", "total": 12.5, "paid": True, "note": None, "nested": {"iban": "DE 12"}}
    counts = field_counts({"name": "acme inc", "total": "12.5", "paid": 1, "nested": {"iban": "DE12"}}, truth)
    assert (counts.matched, counts.wanted, counts.given) == (2, 4, 4)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)


def test_entries_are_paired_by_best_match_and_not_by_place() -> None:
    truth = [{"a": 1, "b": 2}, {"a": 1, "b": 3}]
    counts = field_counts([{"a": 1, "b": 3}, {"a": 1, "b": 9}, {"a": 1, "b": 2}], truth)
    assert (counts.matched, counts.given) == (4, 6)


def test_values_of_another_shape_do_not_agree() -> None:
    for truth, prediction in [("a", ["a"]), (["a"], "a"), ({"x": "a"}, "a"), ("a", {"x": "a"}), (["a"], [])]:
        assert field_counts(prediction, truth).matched == 0
    assert field_counts({}, {}).f1 == 1.0
    assert field_counts({}, {"x": 1}).precision == 0.0
    assert field_counts({"x": 1}, {}).recall == 0.0


def test_micro_and_macro_weigh_documents_differently() -> None:
    figures = field_figures([({"x": "a"}, {"x": "a"}), ({}, {"x": "a", "y": ["b", "c"]}), ({}, {})])
    assert figures.micro.f1 == pytest.approx(0.4)
    assert figures.macro_f1 == 0.5
    assert figures.fields["x"].recall == 0.5
    assert figures.fields["y"].f1 == 0.0
    assert field_figures([]).macro_f1 == 0.0


@_FEW
@given(_JSON, _JSON)
def test_counts_are_bounded_and_symmetric(one: Any, other: Any) -> None:
    counts, swapped = field_counts(one, other), field_counts(other, one)
    assert 0 <= counts.matched <= min(counts.wanted, counts.given)
    assert counts.matched == swapped.matched
    assert 0.0 <= counts.f1 <= 1.0
    assert field_counts(one, one).f1 == 1.0


@_FEW
@given(st.lists(_JSON, min_size=1, max_size=4))
def test_losing_entries_loses_recall(entries: list[Any]) -> None:
    assert field_counts(entries[1:], entries).matched <= field_counts(entries[::-1], entries).matched
    assert field_counts(entries[::-1], entries).f1 == 1.0
