import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.charts.axis_fit import fit_axis
from docai.domain.charts import AxisScale


def test_evenly_spaced_numbers_are_a_linear_axis() -> None:
    fit = fit_axis([300, 250, 200, 150], [0, 20, 40, 60])
    assert fit is not None
    assert fit.scale is AxisScale.LINEAR
    assert fit.value_at(225) == pytest.approx(30)
    assert fit.position_of(60) == pytest.approx(150)
    assert fit.residual < 1e-9


def test_powers_at_even_distances_are_a_logarithmic_axis() -> None:
    fit = fit_axis([300, 250, 200, 150], [0.1, 1, 10, 100])
    assert fit is not None
    assert fit.scale is AxisScale.LOG
    assert fit.value_at(225) == pytest.approx(10**0.5)


def test_a_misread_label_is_left_out() -> None:
    fit = fit_axis([300, 250, 200, 150, 100], [0, 20, 48, 60, 80])
    assert fit is not None
    assert fit.inliers == (0, 1, 3, 4)
    assert fit.value_at(200) == pytest.approx(40)


@pytest.mark.parametrize("values", [[1, 2], [5, 5, 5, 5], [3, 141, 59, 26]])
def test_what_is_no_axis_has_no_fit(values: list[float]) -> None:
    assert fit_axis([300.0 - 50 * i for i in range(len(values))], values) is None


def test_too_many_labels_are_no_ticks() -> None:
    assert fit_axis(list(range(0, 1000, 10)), list(range(100))) is None


@settings(max_examples=30, deadline=None)
@given(
    low=st.integers(-1000, 1000),
    step=st.integers(1, 500),
    n=st.integers(3, 12),
    distance=st.floats(8, 60),
    jitter=st.lists(st.floats(-0.2, 0.2), min_size=12, max_size=12),
)
def test_every_linear_axis_is_found_whatever_its_labels_are_off(
    low: int, step: int, n: int, distance: float, jitter: list[float]
) -> None:
    at = [500 - distance * i + jitter[i] for i in range(n)]
    fit = fit_axis(at, [float(low + step * i) for i in range(n)])
    assert fit is not None
    assert len(fit.inliers) == n
    assert abs(fit.value_at(500 - distance) - (low + step)) <= 0.5 / distance * step
