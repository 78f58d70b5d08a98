"""olmOCR-bench's score."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.olmocr_score import olmocr_score


def test_splits_weigh_the_same_however_large() -> None:
    score = olmocr_score([("tables", True), ("tables", True), ("tables", False), ("tables", False), ("baseline", True)])
    assert score.splits == {"baseline": 1.0, "tables": 0.5}
    assert score.overall == 0.75
    with pytest.raises(ValueError, match="at least one"):
        olmocr_score([])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), min_size=1))
def test_passing_more_scores_no_less(outcomes: list[tuple[str, bool]]) -> None:
    score = olmocr_score(outcomes).overall
    assert 0.0 <= score <= olmocr_score([(outcomes[0][0], True), *outcomes[1:]]).overall <= 1.0
