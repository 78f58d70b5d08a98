import pytest

from docai.evaluation.metrics.precision_recall import PrecisionRecall


def test_shares_and_their_harmonic_mean() -> None:
    found = PrecisionRecall(3.0, 4, 6)
    assert (found.precision, found.recall) == (0.75, 0.5)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_nothing_said_of_nothing_is_right() -> None:
    assert (PrecisionRecall(0.0, 0, 0).precision, PrecisionRecall(0.0, 0, 0).f1) == (1.0, 1.0)
    assert (PrecisionRecall(0.0, 0, 2).precision, PrecisionRecall(0.0, 0, 2).f1) == (1.0, 0.0)
    assert (PrecisionRecall(0.0, 2, 0).recall, PrecisionRecall(0.0, 2, 0).f1) == (1.0, 0.0)


@pytest.mark.parametrize(("right", "said", "true"), [(2.0, 1, 2), (2.0, 2, 1), (-1.0, 1, 1), (0.0, -1, 0)])
def test_more_right_than_there_is_is_refused(right: float, said: int, true: int) -> None:
    with pytest.raises(ValueError, match="right of"):
        PrecisionRecall(right, said, true)
