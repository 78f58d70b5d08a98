"""DocuBench's final score."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.docubench import docubench_score

_FEW = settings(max_examples=25, deadline=None)
_LINE = {"type": "object", "properties": {"name": {"type": "string"}, "price": {"type": "number"}}}
_SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}},
        "lines": {"type": ["array", "null"], "items": _LINE},
    },
}
_LINES = [{"name": "pen", "price": 1}, {"name": "ink", "price": 2.5}]
_TRUTH: dict[str, Any] = {"number": "A-1", "seller": {"name": "ACME Inc."}, "lines": _LINES}
_SOME = st.fixed_dictionaries(
    {},
    optional={
        "number": st.sampled_from(["", "a1", "b"]) | st.none(),
        "seller": st.fixed_dictionaries({"name": st.sampled_from(["", "x"])}),
        "lines": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from("xy"), "price": st.integers(0, 1)}), max_size=3
        ),
    },
)


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 1.0),
        ({"number": "a 1", "lines": _LINES[::-1]}, 1.0),
        ({"seller": {}}, 5 / 6),
        ({"lines": []}, 2 / 6),
        ({"lines": _LINES[:1]}, 4 / 6),
        ({"lines": [{"name": "pen", "price": 3}, _LINES[1]]}, 5 / 6),
        ({"lines": [*_LINES, {"name": "x"}, {"name": "y"}]}, (2 + 8 * 0.5) / 10),
        ({"number": 7, "extra": 1}, 5 / 6),
    ],
)
def test_parts_are_weighed_by_their_leaves(change: dict[str, Any], score: float) -> None:
    assert docubench_score({**_TRUTH, **change}, _TRUTH, _SCHEMA) == pytest.approx(score)


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    assert docubench_score({}, {"number": "", "lines": []}, _SCHEMA) == 1.0
    assert docubench_score({"lines": [{"name": "x"}]}, {}, _SCHEMA) == 0.0


def test_a_list_within_an_entry_is_one_leaf() -> None:
    schema = {"type": "object", "properties": {"rows": {"type": "array"}}}
    truth = {"rows": [{"tags": ["a", "b"], "id": 1}]}
    assert docubench_score({"rows": [{"tags": ["a"], "id": 1}]}, truth, schema) == 0.5


@_FEW
@given(_SOME, _SOME)
def test_scores_are_shares(prediction: dict[str, Any], truth: dict[str, Any]) -> None:
    assert 0.0 <= docubench_score(prediction, truth, _SCHEMA) <= 1.0
    assert docubench_score(truth, truth, _SCHEMA) == 1.0
