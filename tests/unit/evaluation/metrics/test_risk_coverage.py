"""Risk and coverage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.risk_coverage import risk_coverage

_FEW = settings(max_examples=25, deadline=None)
_ANSWERS = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=20)


def test_a_curve_by_hand() -> None:
    found = risk_coverage([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1])
    assert found.curve == ((0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5))
    assert found.aurc == pytest.approx((0.5 + 1 / 3 + 0.5) / 4)
    assert found.excess == pytest.approx(found.aurc - (1 / 3 + 0.5) / 4)
    assert found.coverage_at(0.4) == 0.75
    assert risk_coverage([1.0], [1.0]).coverage_at(0.5) == 0.0


def test_ties_are_given_together() -> None:
    assert risk_coverage([0.5, 0.5], [0, 1]).curve == ((0.5, 0.5), (1.0, 0.5))
    assert risk_coverage([0.5, 0.5], [1, 0]).aurc == 0.5


@pytest.mark.parametrize(("confidences", "losses"), [([], []), ([0.5], []), ([0.5], [2.0]), ([float("nan")], [0.0])])
def test_what_has_no_curve_is_an_error(confidences: list[float], losses: list[float]) -> None:
    with pytest.raises(ValueError, match=r"a curve|a loss"):
        risk_coverage(confidences, losses)


@_FEW
@given(_ANSWERS)
def test_areas_are_bounded_and_do_not_know_the_order(answers: list[tuple[int, float]]) -> None:
    found = risk_coverage([c for c, _ in answers], [loss for _, loss in answers])
    assert 0.0 <= found.excess <= found.aurc <= 1.0
    assert found.curve[-1] == (1.0, pytest.approx(sum(loss for _, loss in answers) / len(answers)))
    swapped = risk_coverage([c for c, _ in answers[::-1]], [loss for _, loss in answers[::-1]])
    assert swapped.aurc == pytest.approx(found.aurc)
    best = risk_coverage([-loss for _, loss in answers], [loss for _, loss in answers])
    assert best.excess == pytest.approx(0.0, abs=1e-9)
    assert best.aurc <= found.aurc + 1e-9
