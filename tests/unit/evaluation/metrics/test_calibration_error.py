"""Expected calibration error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.calibration_error import Binning, expected_calibration_error

_FEW = settings(max_examples=25, deadline=None)
_ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def test_both_binnings_by_hand() -> None:
    confidences, is_right = [0.9, 0.9, 0.1, 0.6], [True, False, False, True]
    assert expected_calibration_error(confidences, is_right, n_bins=2) == pytest.approx((0.1 + abs(2.4 - 2)) / 4)
    equal = expected_calibration_error(confidences, is_right, Binning.EQUAL_MASS, n_bins=2)
    assert equal == pytest.approx((abs(0.7 - 1) + abs(1.8 - 1)) / 4)


def test_an_edge_belongs_to_the_bin_below() -> None:
    assert expected_calibration_error([0.5, 0.6], [True, False], n_bins=2) == pytest.approx(0.55)
    assert expected_calibration_error([0.0, 1.0], [False, True]) == 0.0


@pytest.mark.parametrize(
    ("confidences", "is_right", "n_bins"), [([], [], 15), ([0.5], [], 15), ([1.5], [True], 15), ([0.5], [True], 0)]
)
def test_what_has_no_error_is_one(confidences: list[float], is_right: list[bool], n_bins: int) -> None:
    with pytest.raises(ValueError, match=r"an error|a confidence"):
        expected_calibration_error(confidences, is_right, n_bins=n_bins)


@_FEW
@given(_ANSWERS, st.sampled_from(Binning), st.integers(1, 20))
def test_errors_are_shares(answers: list[tuple[float, bool]], binning: Binning, n_bins: int) -> None:
    confidences, is_right = [c for c, _ in answers], [r for _, r in answers]
    error = expected_calibration_error(confidences, is_right, binning, n_bins)
    assert 0.0 <= error <= 1.0
    sure = [float(each) for each in is_right]
    assert expected_calibration_error(sure, is_right, binning, n_bins) == pytest.approx(0.0)
    whole = expected_calibration_error(confidences, is_right, binning, 1)
    assert whole == pytest.approx(abs(sum(confidences) - sum(is_right)) / len(answers))
    assert whole <= error + 1e-9
