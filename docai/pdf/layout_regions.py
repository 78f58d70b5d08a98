"""The layout model's regions, and which region each word of the page belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from docai.charts.assembly import FoundChart
from docai.domain.geometry import PageSize
from docai.domain.parses import BlockKind
from docai.domain.words import Word
from docai.pdf.reading_order import Rects

Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points, origin top left."""

KINDS = {
    "text": BlockKind.PARAGRAPH,
    "title": BlockKind.TITLE,
    "picture": BlockKind.FIGURE,
    "table": BlockKind.TABLE,
    "list-item": BlockKind.LIST_ITEM,
    "page-header": BlockKind.HEADER,
    "page-footer": BlockKind.FOOTER,
    "section-header": BlockKind.HEADING,
    "footnote": BlockKind.FOOTNOTE,
    "caption": BlockKind.CAPTION,
    "formula": BlockKind.FORMULA,
}
"""The classes of PyMuPDF's layout model as blocks."""

_CHUNK = 1000
"""Words compared with all lines at once; bounds the memory of pages with very many words."""
_MIN_AGREEMENT = 0.02
"""A word and a line that agree less than this merely touch."""


@dataclass(slots=True)
class Region:
    """A part of the page and the words in it."""

    kind: BlockKind
    rect: Rect
    lines: list[Rect] = field(default_factory=list)
    """The lines, pictures and rules that the model put together."""
    word_ids: list[int] = field(default_factory=list)
    chart: FoundChart | None = None
    """What was read from the drawing, of a region that is a chart."""


def regions_of(groups: Sequence[Mapping[str, Any]]) -> list[Region]:
    """The groups of `Page.get_layout(return_raw=True)` as regions without words yet."""
    return [
        Region(
            kind=KINDS.get(group["class_name"], BlockKind.PARAGRAPH),
            rect=_rect(group["group_bbox"]),
            lines=[_rect(line) for line in group["bboxes"]] or [_rect(group["group_bbox"])],
        )
        for group in groups
    ]


def rects_of(words: Sequence[Word], size: PageSize) -> Rects:
    """(N, 4): the words' boxes in points."""
    boxes = np.array([(w.box.x0, w.box.y0, w.box.x1, w.box.y1) for w in words], dtype=np.float64).reshape(-1, 4)
    return np.asarray(boxes * [size.width_pt, size.height_pt, size.width_pt, size.height_pt])


def share_out(regions: list[Region], words: Sequence[Word], rects: Rects, ids: Sequence[int]) -> None:
    """Give each of the words `ids` to exactly one region; words that no region holds found new paragraphs.

    Args:
        regions: added to in place.
        words: the page's words.
        rects: their boxes (N, 4) in points.
        ids: the words to share out.
    """
    wanted = np.array(ids, dtype=np.intp)
    owners = _owners_by_line(regions, rects[wanted])
    lost: list[int] = []
    for i, owner in zip(ids, owners, strict=True):
        region = regions[owner] if owner >= 0 else _smallest_around(regions, rects[i])
        if region is None:
            lost.append(i)
        else:
            region.word_ids.append(i)
    for group in _lines_together(lost, words, rects):
        regions.append(Region(kind=BlockKind.PARAGRAPH, rect=bounds(rects[group]), word_ids=group))


def bounds(rects: Rects) -> Rect:
    """The smallest rectangle around rectangles (N, 4), N > 0."""
    x0, y0 = rects[:, :2].min(axis=0)
    x1, y1 = rects[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _rect(values: Sequence[float]) -> Rect:
    x0, y0, x1, y1 = (float(v) for v in values[:4])
    return x0, y0, x1, y1


def _owners_by_line(regions: Sequence[Region], rects: Rects) -> npt.NDArray[np.intp]:
    """(N,): for each rectangle the region with the line that it stands on; -1 where it stands on none."""
    if not regions:
        return np.full(len(rects), -1, dtype=np.intp)
    lines = np.array([line for region in regions for line in region.lines])
    owner = np.repeat(np.arange(len(regions)), [len(region.lines) for region in regions])
    found = [_best_lines(rects[k : k + _CHUNK], lines) for k in range(0, len(rects), _CHUNK)]
    best = np.concatenate(found) if found else np.empty(0, dtype=np.intp)
    return np.where(best >= 0, owner[best], -1)


def _best_lines(rects: Rects, lines: Rects) -> npt.NDArray[np.intp]:
    """(N,): the line that each rectangle agrees with best, -1 for none.

    Agreement is the share of the word's width on the line times the overlap in height over the height of both
    together: a word box is taller than the tight box of its own line, and touches the lines above and below it; a
    tilted or a vertical line's box holds foreign words.
    """
    x0, y0, x1, y1 = (rects[:, k, None] for k in range(4))
    across = np.minimum(x1, lines[:, 2]) - np.maximum(x0, lines[:, 0])
    down = np.minimum(y1, lines[:, 3]) - np.maximum(y0, lines[:, 1])
    together = np.maximum(y1, lines[:, 3]) - np.minimum(y0, lines[:, 1])
    agreement = np.clip(across, 0, None) / np.maximum(x1 - x0, 1e-6) * np.clip(down, 0, None)
    agreement /= np.maximum(together, 1e-6)
    best = agreement.argmax(axis=1)
    good = agreement[np.arange(len(rects)), best] >= _MIN_AGREEMENT
    return np.where(good, best, -1)


def _smallest_around(regions: Sequence[Region], rect: npt.NDArray[np.float64]) -> Region | None:
    """The smallest region that holds the rectangle's middle."""
    x, y = (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2
    around = [r for r in regions if r.rect[0] <= x <= r.rect[2] and r.rect[1] <= y <= r.rect[3]]
    return min(around, key=lambda r: (r.rect[2] - r.rect[0]) * (r.rect[3] - r.rect[1]), default=None)


def _lines_together(ids: Sequence[int], words: Sequence[Word], rects: Rects) -> list[list[int]]:
    """Words by printed line, and lines that follow each other closely in one column put together."""
    together: list[list[int]] = []
    for _, run in groupby(ids, key=lambda i: words[i].line):
        line = list(run)
        if together and _continues(bounds(rects[together[-1]]), bounds(rects[line])):
            together[-1] += line
        else:
            together.append(line)
    return together


def _continues(block: Rect, line: Rect) -> bool:
    """Whether a line stands under a block, less than its own height away."""
    apart = line[1] - block[3]
    shared = min(block[2], line[2]) - max(block[0], line[0])
    return shared > 0 and -(line[3] - line[1]) / 2 < apart < line[3] - line[1]
