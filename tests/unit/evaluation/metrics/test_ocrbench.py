"""OCRBench v1."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ocrbench import ocrbench_correct, ocrbench_totals

_FEW = settings(max_examples=25, deadline=None)


def test_an_answer_must_stand_in_the_reply() -> None:
    assert ocrbench_correct("It says CENTRE\nPARK.", ["Centre Park"], "IIIT5K")
    assert not ocrbench_correct("It says centre", ["center"], "IIIT5K")
    assert ocrbench_correct("x ^ { 2 }", ["y", "x^{2}"], "HME100k")
    assert not ocrbench_correct("X^{2}", ["x^{2}"], "HME100k")


def test_points_add_up() -> None:
    totals = ocrbench_totals(
        [("Handwriting Recognition", True), ("Doc-oriented VQA", True), ("Doc-oriented VQA", False)],
    )
    assert (totals.recognition, totals.components["Doc-oriented VQA"], totals.final) == (1, 1, 2)
    assert totals.share == pytest.approx(2 / 3)


@pytest.mark.parametrize("outcomes", [[], [("Other", True)], [("Doc-oriented VQA", True)] * 1001])
def test_a_run_of_another_benchmark_is_an_error(outcomes: list[tuple[str, bool]]) -> None:
    with pytest.raises(ValueError, match="OCRBench has"):
        ocrbench_totals(outcomes)


@_FEW
@given(st.text("aB 1\n", max_size=8), st.text("aB 1", max_size=8), st.sampled_from(["HME100k", "SROIE"]))
def test_a_reply_that_holds_the_answer_is_right(answer: str, around: str, name: str) -> None:
    assert ocrbench_correct(f"{around}{answer}", [answer], name)
    assert not ocrbench_correct("", [f"x{answer}"], name)
