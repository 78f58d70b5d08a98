"""Averages of normalised edit distances."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.omnidoc_edit import edit_distances

_PAIRS = st.lists(
    st.tuples(st.sampled_from("pq"), st.text("ab", max_size=6), st.text("ab", min_size=1, max_size=6)),
    min_size=1,
    max_size=6,
)


def test_the_averages_weigh_pages_differently() -> None:
    found = edit_distances([("p", "abcdefgh", "abcdefgh"), ("p", "x", "ab"), ("q", "", "abcde"), ("q", "", "")])
    assert found.page_average == pytest.approx((2 / 10 + 1) / 2)
    assert found.whole == pytest.approx(7 / 15)
    assert found.sample_average == pytest.approx(2 / 3)


def test_nothing_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        edit_distances([("p", "", "")])


@settings(max_examples=25, deadline=None)
@given(_PAIRS)
def test_distances_are_shares(pairs: list[tuple[str, str, str]]) -> None:
    found = edit_distances(pairs)
    swapped = edit_distances([(page, truth, prediction) for page, prediction, truth in pairs])
    assert found.page_average == swapped.page_average
    for value in (found.page_average, found.whole, found.sample_average):
        assert 0.0 <= value <= 1.0
    assert edit_distances([(page, truth, truth) for page, _, truth in pairs]).page_average == 0.0
    assert edit_distances([(page, "", truth) for page, _, truth in pairs]).whole == 1.0
