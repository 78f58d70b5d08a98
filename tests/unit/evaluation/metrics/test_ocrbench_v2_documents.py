"""OCRBench v2, documents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.ocrbench_v2_documents import document_similarity

_FEW = settings(max_examples=50, deadline=None)
_LINES = st.sampled_from(["# A", "## B", "#", "text", "A", "", " * ", "x ##y", "<bos>"])
_TEXT = st.lists(_LINES, max_size=8).map("\n".join)


def test_texts_cost_nothing_and_structure_does() -> None:
    truth = "# Title\nfirst\nsecond\n## Part\nthird"
    assert document_similarity(truth, truth) == 1.0
    assert document_similarity(truth.replace("second", "other"), truth) == 1.0
    # Root, title and heads with their lines are seven nodes; one line is missing.
    assert document_similarity(truth.replace("second\n", ""), truth) == pytest.approx(6 / 7)
    assert document_similarity(truth.replace("#", ""), truth) < 1.0
    assert document_similarity("", truth) == pytest.approx(2 / 7)


def test_a_blank_line_is_like_nothing() -> None:
    # As in the official script, two equal documents with a blank line do not reach 1: root, title, line, blank.
    assert document_similarity("a\n", "a\n") == pytest.approx(3 / 4)
    assert document_similarity("***", "a") == pytest.approx(2 / 3)


def test_lines_go_to_the_first_heading_of_their_name() -> None:
    once = "# A\nx\n# B\n# A\ny"
    assert document_similarity(once, "# A\nx\ny\n# B\n# A") == 1.0


def test_special_tokens_are_dropped() -> None:
    assert document_similarity("<bos># A\nx<eos>", "# A\nx") == 1.0


@_FEW
@given(_TEXT, _TEXT)
def test_similarity_is_a_share(one: str, other: str) -> None:
    assert 0.0 <= document_similarity(one, other) <= 1.0
    assert document_similarity(one, other) == pytest.approx(document_similarity(other, one))
