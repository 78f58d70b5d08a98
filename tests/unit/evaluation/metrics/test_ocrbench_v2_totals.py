"""OCRBench v2, totals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ocrbench_v2_totals import ocrbench_v2_totals


def test_abilities_weigh_the_same_however_large() -> None:
    totals = ocrbench_v2_totals([("math QA en", 1.0), ("text counting en", 0.0), ("text spotting en", 1.0)])
    assert totals["en"].abilities == {"text_spotting": 1.0, "mathematical_calculation": 0.5}
    assert totals["en"].overall == 0.75
    assert "cn" not in totals


@pytest.mark.parametrize("kind", ["math QA", "math QA de", "other en"])
def test_an_unknown_type_is_an_error(kind: str) -> None:
    with pytest.raises(ValueError, match="no question type"):
        ocrbench_v2_totals([(kind, 1.0)])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["full-page OCR cn", "text translation cn"]), st.floats(0, 1)), min_size=1))
def test_totals_are_shares(scores: list[tuple[str, float]]) -> None:
    assert 0.0 <= ocrbench_v2_totals(scores)["cn"].overall <= 1.0
