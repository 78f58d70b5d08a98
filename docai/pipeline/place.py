"""Readings of parts of a page, brought onto the page: boxes turned and moved back, what two parts share told once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from docai.domain.charts import Chart
from docai.domain.geometry import Box
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import Table
from docai.grounding.align import Placed

_SAME_PLACE = 0.5
"""Two readings of one block have boxes that share at least this part of the smaller."""
_SAME_TEXT = 90.0
"""And texts as like as this, in hundredths: the same print, read twice, differs in a character here and there."""
_SURELY_SAME = 97.0
"""Without boxes, texts must be as like as this: what is told twice does less harm than what is lost."""
_NEIGHBOURS = 12
"""Without boxes, so many blocks at the end of one part are compared with as many at the start of the next."""
_NUMBER = re.compile(r"\d+")
_WHOLE = Box(x0=0, y0=0, x1=1, y1=1)
_CUT = 40
"""A block that is cut by a part's edge shares at least so many characters with its whole; fewer may be chance."""


@dataclass(frozen=True, slots=True)
class View:
    """What was shown: a part of the page, which was turned before it was cut."""

    region: Box | None = None
    """In fractions of the turned page; None for all of it."""
    rotation: int = 0
    """Clockwise degrees (0, 90, 180, 270) by which the page was turned."""

    @property
    def on_page(self) -> Box:
        """What was shown, in fractions of the page."""
        return self.place(_WHOLE)

    def place(self, box: Box) -> Box:
        """A box in fractions of what was shown, in fractions of the page."""
        region = self.region or _WHOLE
        corners = [
            _turned(region.x0 + x * region.width, region.y0 + y * region.height, -self.rotation)
            for x, y in ((box.x0, box.y0), (box.x1, box.y1))
        ]
        return Box.clipped(*corners[0], *corners[1])


def turned(box: Box, rotation: int) -> Box:
    """A box on the page, in fractions of the page turned clockwise."""
    return Box.clipped(*_turned(box.x0, box.y0, rotation), *_turned(box.x1, box.y1, rotation))


def placed(reading: Reading, view: View, *, kind_box: Box | None = None) -> list[Placed]:
    """A reading's blocks on the page.

    Args:
        reading: of what was shown.
        view: what was shown.
        kind_box: where the one block stands that was shown, as it was found before; None where blocks were to be found.
    """
    blocks = [_on_page(block, view) for block in reading.blocks]
    if kind_box is not None and len(blocks) == 1:
        blocks = [blocks[0].model_copy(update={"box": kind_box})]
    return [Placed(block, kind_box or (view.on_page if view.region else None)) for block in blocks]


def joined(parts: Sequence[Sequence[Placed]]) -> list[Placed]:
    """The parts' blocks in their order; what stands in two overlapping parts is there once, as it was read whole."""
    whole: list[Placed] = []
    last: list[Placed] = []
    for part in parts:
        fresh = list(part)
        for old in list(last[-_NEIGHBOURS:]):
            fresh, kept = _without_repeat(old, fresh)
            if not kept:
                whole = [each for each in whole if each is not old]
        whole += fresh
        last = fresh or last
    return whole


def _without_repeat(old: Placed, fresh: list[Placed]) -> tuple[list[Placed], bool]:
    """The next part's blocks without the repeat of a block of the part before, and whether that one is kept."""
    for n, new in enumerate(fresh):
        if old.block.box is None and n >= _NEIGHBOURS:
            break
        if not _are_same(old.block, new.block):
            continue
        if _length(new.block) > _length(old.block):
            return fresh, False
        return [each for each in fresh if each is not new], True
    return fresh, True


def _are_same(old: ReadBlock, new: ReadBlock) -> bool:
    if old.box is not None and new.box is not None:
        smaller = min(old.box.area, new.box.area)
        if smaller > 0 and old.box.overlap(new.box) < _SAME_PLACE * smaller:
            return False
        if old.kind == new.kind and old.box.iou(new.box) >= _SAME_PLACE:
            return True
    if not old.text.strip() or not new.text.strip():
        return False
    like = _SURELY_SAME if old.box is None or new.box is None else _SAME_TEXT
    shorter, longer = sorted((old.text, new.text), key=len)
    if _digits(shorter) not in _digits(longer):
        return False  # lines of a list may differ in their numbers alone
    if fuzz.ratio(shorter, longer) >= like:
        return _digits(shorter) == _digits(longer)
    return len(shorter) >= _CUT and fuzz.partial_ratio(shorter, longer) >= like


def _digits(text: str) -> str:
    return " ".join(_NUMBER.findall(text))


def _length(block: ReadBlock) -> int:
    return len(block.text)


def _on_page(block: ReadBlock, view: View) -> ReadBlock:
    changes: dict[str, object] = {}
    if block.box is not None:
        changes["box"] = view.place(block.box)
    if block.table is not None:
        changes["table"] = _table_on_page(block.table, view)
    if block.chart is not None:
        changes["chart"] = _chart_on_page(block.chart, view)
    return block.model_copy(update=changes)


def _table_on_page(table: Table, view: View) -> Table:
    cells = (cell.model_copy(update={"box": cell.box and view.place(cell.box)}) for cell in table.cells)
    return table.model_copy(update={"cells": tuple(cells)})


def _chart_on_page(chart: Chart, view: View) -> Chart:
    series = tuple(
        each.model_copy(
            update={"points": tuple(p.model_copy(update={"box": p.box and view.place(p.box)}) for p in each.points)}
        )
        for each in chart.series
    )
    return chart.model_copy(update={"series": series})


def _turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """Where a point of an image lies when the image is turned clockwise, both in fractions of it."""
    match rotation % 360:
        case 90:
            return 1 - y, x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return y, 1 - x
    return x, y
