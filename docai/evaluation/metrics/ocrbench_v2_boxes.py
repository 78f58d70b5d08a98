"""OCRBench v2: boxes of text, in thousandths of the picture's width and height (`eval_scripts/IoUscore_metric.py`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.geometry import Box
from docai.evaluation.metrics.ocrbench_v2_answers import vqa_score
from docai.evaluation.metrics.ocrbench_v2_replies import reply_fields
from docai.evaluation.metrics.python_literals import literal_of

GRID = 1000
"""Steps from one edge of the picture to the other."""
_BOX = re.compile(r"[(\[]\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*[)\]]")
_EDGES = 4

GridBox = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def on_grid(box: Box) -> GridBox:
    """A box in fractions of the page as one in thousandths; the page is the picture."""
    return round(box.x0 * GRID), round(box.y0 * GRID), round(box.x1 * GRID), round(box.y1 * GRID)


def grid_iou(prediction: object, truth: Sequence[int]) -> float:
    """Intersection over union, 0 to 1 (`calculate_iou`); 0 where the prediction is no list of four numbers.

    Numbers are cut to whole ones; edges out of order are not put in order, and meet nothing.
    """
    if not isinstance(prediction, list | tuple) or len(prediction) < _EDGES:
        return 0.0
    try:
        edges = [int(edge) for edge in prediction]
    except (TypeError, ValueError, OverflowError):
        return 0.0
    width = min(edges[2], truth[2]) - max(edges[0], truth[0])
    height = min(edges[3], truth[3]) - max(edges[1], truth[1])
    common = max(0, width) * max(0, height)
    union = _area(edges) + _area(truth) - common
    return common / union if union else 0.0


def last_box(reply: str) -> GridBox | None:
    """The last four whole numbers up to 1,000 in round or square brackets (`extract_coordinates`); None for none."""
    for match in reversed(list(_BOX.finditer(reply))):
        left, top, right, bottom = map(int, match.groups())
        if max(left, top, right, bottom) <= GRID:
            return left, top, right, bottom
    return None


def grounding_score(reply: str, truth: Sequence[int]) -> float:
    """`text grounding`: intersection over union of the last box in the reply, 0 to 1."""
    return grid_iou(last_box(reply), truth)


def position_score(reply: str, answers: Sequence[str], truth: Sequence[int]) -> float:
    """`VQA with position`: half for the answer and half for the box (`vqa_with_position_evaluation`), 0 to 1.

    The reply must be read as fields `answer` and `bbox`: without them it scores 0, however right it is.
    """
    fields = reply_fields(reply)
    content = vqa_score(fields["answer"], answers) if "answer" in fields else 0.0
    return 0.5 * content + 0.5 * grid_iou(literal_of(fields.get("bbox", "")), truth)


def position_score_by_evidence(
    reply: str, evidence: GridBox | None, answers: Sequence[str], truth: Sequence[int]
) -> float:
    """The same with a box that was given beside the reply; a reply without a field `answer` is the answer itself."""
    content = vqa_score(reply_fields(reply).get("answer", reply), answers)
    return 0.5 * content + 0.5 * grid_iou(evidence, truth)


def _area(edges: Sequence[int]) -> int:
    return (edges[2] - edges[0]) * (edges[3] - edges[1])
