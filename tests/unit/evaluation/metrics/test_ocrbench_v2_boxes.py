"""OCRBench v2, boxes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.evaluation.metrics.ocrbench_v2_boxes import (
    grid_iou,
    grounding_score,
    last_box,
    on_grid,
    position_score,
    position_score_by_evidence,
)

_FEW = settings(max_examples=50, deadline=None)
_EDGE = st.integers(0, 1000)
_BOXES = st.tuples(_EDGE, _EDGE, _EDGE, _EDGE)
_TRUTH = (60, 60, 140, 140)


def test_the_example_of_the_official_script() -> None:
    assert grid_iou([50, 50, 150, 150], _TRUTH) == pytest.approx(0.64)


@pytest.mark.parametrize(
    ("prediction", "iou"),
    [
        (_TRUTH, 1.0),
        (["60", "60", 140.9, 140], 1.0),
        ((200, 200, 300, 300), 0.0),
        ((140, 140, 60, 60), 0.0),
        ((60, 60, 140), 0.0),
        (("a", 60, 140, 140), 0.0),
        ((float("inf"), 60, 140, 140), 0.0),
        ("60, 60, 140, 140", 0.0),
        (None, 0.0),
    ],
)
def test_overlap(prediction: object, iou: float) -> None:
    assert grid_iou(prediction, _TRUTH) == iou


def test_a_box_without_area_meets_nothing() -> None:
    assert grid_iou((5, 5, 5, 5), (5, 5, 5, 5)) == 0.0


@pytest.mark.parametrize(
    ("reply", "box"),
    [
        ("It is at (1, 2, 3, 4).", (1, 2, 3, 4)),
        ("[ 1,2,3,4 ] or rather (5,6,7,8]", (5, 6, 7, 8)),
        ("(1,2,3,4), not (1,2,3,1001)", (1, 2, 3, 4)),
        ("(1,2,3,4,5)", None),
        ("(0.1, 0.2, 0.3, 0.4)", None),
        ("", None),
    ],
)
def test_the_last_box_of_a_reply_counts(reply: str, box: tuple[int, ...] | None) -> None:
    assert last_box(reply) == box


def test_grounding() -> None:
    assert grounding_score("(60, 60, 140, 140)", _TRUTH) == 1.0
    assert grounding_score("I do not know", _TRUTH) == 0.0


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"answer": "Hello Buddies", "bbox": [60, 60, 140, 140]}', 1.0),
        ("{'answer': 'hello buddies!', 'bbox': '(50, 50, 150, 150)'}", 0.82),
        ('```json\n{"answer": "Goodbye", "bbox": [60, 60, 140, 140]}\n```', 0.5),
        ("answer: Hello Buddies, bbox: (60, 60, 140, 140)", 0.5),  # read up to the comma: no box
        ("Hello Buddies", 0.0),
        ("", 0.0),
    ],
)
def test_half_is_for_the_answer_and_half_for_its_place(reply: str, score: float) -> None:
    assert position_score(reply, ["Hello Buddies"], _TRUTH) == pytest.approx(score)


def test_a_place_beside_the_reply() -> None:
    assert position_score_by_evidence("Hello Buddies", _TRUTH, ["Hello Buddies"], _TRUTH) == 1.0
    assert position_score_by_evidence("{'answer': 'Hello Buddies'}", None, ["Hello Buddies"], _TRUTH) == 0.5


def test_fractions_become_thousandths() -> None:
    assert on_grid(Box(x0=0.06, y0=0.0601, x1=0.14, y1=1.0)) == (60, 60, 140, 1000)


@_FEW
@given(_BOXES, _BOXES)
def test_overlap_is_a_share_and_the_same_both_ways(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    iou = grid_iou(one, other)
    assert 0.0 <= iou <= 1.0
    assert iou == grid_iou(other, one)
