"""OCRBench v2: text found and read at once, word by word (`text spotting`).

The end-to-end rule of the Robust Reading Competition (Karatzas et al., "ICDAR 2015 competition on robust reading"),
as `eval_scripts/spotting_metric.py` and `spotting_eval/script.py` call it: IoU above 0.5, texts equal but for case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.evaluation.metrics.ocrbench_v2_boxes import GRID, GridBox, grid_iou
from docai.evaluation.metrics.python_literals import literal_of

_LEAST = 0.5
"""IoU that a pair must exceed, and the share of a prediction in a region that does not count from which it does not
either."""
_UNREADABLE = "###"
"""Truth of regions that do not count."""
_SIGNS = "!?.:,*\"()·[]/'"
"""Signs that the truth may have at either end and the prediction not."""
_BRACKETED = re.compile(r"[\[(]\s*([^\[\]()]*?)\s*[\])]")
_QUOTED = re.compile(r'\s*"(.*)"\s*')
_PARTS = 5


@dataclass(frozen=True, slots=True)
class SpottedText:
    """A text with its place."""

    box: GridBox
    text: str


def spotted_texts(reply: str) -> list[SpottedText]:
    """Texts with boxes that a reply writes, none twice (`extract_bounding_boxes_robust`).

    A Python list of `(left, top, right, bottom, text)`, else all that stands so in brackets. Boxes that leave the
    picture or have no area are left out.
    """
    found = literal_of(reply)
    parts = _listed(found) if found is not None else _bracketed(reply)
    return list(dict.fromkeys(text for each in parts if (text := _spotted(each)) is not None))


def spotting_score(prediction: Sequence[SpottedText], truth: Sequence[SpottedText]) -> float:
    """F1 of texts found and read, 0 to 1.

    True ones are paired in order, each with the first prediction that overlaps enough and has no partner yet, even
    where that one reads otherwise and a later one right. Truths `###`, and predictions more than half in one, do not
    count. 0 where nothing counts on one of the sides.
    """
    counted = [each for each in truth if each.text != _UNREADABLE]
    hidden = [each.box for each in truth if each.text == _UNREADABLE]
    said = [each for each in prediction if not any(_share(each.box, box) > _LEAST for box in hidden)]
    n_right, free = 0, list(range(len(said)))
    for true in counted:
        place = next((i for i in free if grid_iou(said[i].box, true.box) > _LEAST), None)
        if place is not None:
            free.remove(place)
            n_right += _reads(_unquoted(said[place].text).upper(), _unquoted(true.text).upper())
    return 2 * n_right / (len(said) + len(counted)) if n_right else 0.0


def around(points: Sequence[int]) -> GridBox:
    """The box around a polygon.

    Args:
        points: x and y by turns; two corners of a box are four numbers.
    """
    xs, ys = points[0::2], points[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _listed(found: object) -> Iterator[Sequence[object]]:
    for each in found if isinstance(found, list | tuple) else ():
        if isinstance(each, list | tuple) and len(each) >= _PARTS:
            yield each[:_PARTS]


def _bracketed(reply: str) -> Iterator[Sequence[object]]:
    for inner in _BRACKETED.findall(reply):
        parts = inner.split(",", _PARTS - 1)
        if len(parts) == _PARTS:
            yield parts


def _spotted(parts: Sequence[object]) -> SpottedText | None:
    try:
        left, top, right, bottom = (int(str(part).strip()) for part in parts[:4])
    except ValueError:
        return None
    if not (0 <= left < right <= GRID and 0 <= top < bottom <= GRID):
        return None
    text = str(parts[4]).replace("\n", "").strip().strip('"').strip("'")
    return SpottedText((left, top, right, bottom), text)


def _share(box: GridBox, region: GridBox) -> float:
    """The share of a box that lies in a region."""
    width = min(box[2], region[2]) - max(box[0], region[0])
    height = min(box[3], region[3]) - max(box[1], region[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(0, width) * max(0, height) / area if area else 0.0


def _unquoted(text: str) -> str:
    """As the competition's files are read: a text in double quotes is what stands in them."""
    quoted = _QUOTED.fullmatch(text)
    return quoted.group(1).replace("\\\\", "\\").replace('\\"', '"') if quoted else text


def _reads(said: str, true: str) -> bool:
    begins, ends = true[:1] in _SIGNS, true[-1:] in _SIGNS
    accepted = {true, true[1:] if begins else true, true[:-1] if ends else true}
    if begins and ends:
        accepted.add(true[1:-1])
    return said in accepted
