import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.evaluation.metrics.box_matching import BoxLikeness, box_pairs, boxes_found


def across(x0: float, x1: float) -> Box:
    return Box(x0=x0, y0=0.0, x1=x1, y1=0.5)


@st.composite
def boxes(draw: st.DrawFn) -> list[Box]:
    edges = st.tuples(*[st.integers(0, 8)] * 4)
    return [
        Box(x0=min(a, c) / 9, y0=min(b, d) / 9, x1=(max(a, c) + 1) / 9, y1=(max(b, d) + 1) / 9)
        for a, b, c, d in draw(st.lists(edges, max_size=5))
    ]


def test_boxes_are_paired_so_that_most_find_a_partner() -> None:
    # The first fits both, and the nearer one best; then the second would be left alone.
    prediction = [across(0.0, 0.6), across(0.0, 0.4)]
    truth = [across(0.0, 0.5), across(0.1, 0.8)]
    assert prediction[0].iou(truth[0]) > prediction[0].iou(truth[1]) > 0.5
    assert sorted(box_pairs(prediction, truth)) == [(0, 1), (1, 0)]


def test_a_pair_at_the_threshold_counts() -> None:
    assert box_pairs([across(0.0, 0.5)], [across(0.0, 1.0)], threshold=0.5) == [(0, 0)]
    assert box_pairs([across(0.0, 0.5)], [across(0.0, 1.0)], threshold=0.51) == []


def test_a_line_lies_inside_of_its_paragraph_and_a_page_does_not() -> None:
    line, paragraph = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.12), Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
    page = Box(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
    assert boxes_found([line], [paragraph]).f1 == 0.0
    assert boxes_found([line], [paragraph], likeness=BoxLikeness.INSIDE).f1 == 1.0
    assert boxes_found([page], [paragraph], likeness=BoxLikeness.INSIDE).f1 == 0.0
    edge = Box(x0=0.2, y0=0.1, x1=0.2, y1=0.2)
    assert boxes_found([edge], [paragraph], likeness=BoxLikeness.INSIDE).f1 == 0.0


def test_pages_without_boxes() -> None:
    assert boxes_found([], []).f1 == 1.0
    assert boxes_found([across(0, 1)], []).precision == 0.0
    assert boxes_found([], [across(0, 1)]).recall == 0.0


@pytest.mark.parametrize("threshold", [0.0, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        box_pairs([], [], threshold=threshold)


@settings(max_examples=50, deadline=None)
@given(boxes(), boxes())
def test_bounds_symmetry_and_identity(one: list[Box], other: list[Box]) -> None:
    found, turned = boxes_found(one, other), boxes_found(other, one)
    assert 0.0 <= found.f1 <= 1.0
    assert found.f1 == turned.f1
    assert boxes_found(one, one, threshold=0.999).f1 == 1.0
    rights = [boxes_found(one, other, threshold=t).right for t in (0.1, 0.5, 0.9)]
    assert rights == sorted(rights, reverse=True)
