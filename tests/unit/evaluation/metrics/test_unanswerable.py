"""Declining to answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.unanswerable import declines, declining


@pytest.mark.parametrize("answer", [None, "", "Not answerable", "not  answerable.", "None", "Fail to answer"])
def test_answers_that_decline(answer: str | None) -> None:
    assert declines(answer)


@pytest.mark.parametrize("answer", ["0", "No", "answerable", "None of the above"])
def test_answers_that_do_not_decline(answer: str) -> None:
    assert not declines(answer)


def test_the_shares_of_a_small_set() -> None:
    found = declining([(True, True), (False, True), (False, False), (True, False)])
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert declining([]).f1 == 0.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_f1_is_the_harmonic_mean(outcomes: list[tuple[bool, bool]]) -> None:
    found = declining(outcomes)
    both = found.precision + found.recall
    assert found.f1 == pytest.approx(2 * found.precision * found.recall / both if both else 0.0)
    assert declining([(known, not known) for known, _ in outcomes]).f1 == float(not all(k for k, _ in outcomes))
