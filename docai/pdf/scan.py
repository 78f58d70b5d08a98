"""A scan and its words to a PDF page, so that layout and tables are read from it as from any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import cv2
import numpy as np
import pymupdf

from docai.domain.words import PageWords
from docai.errors import PageUnreadable
from docai.pdf.scan_rules import Stroke, find_strokes

PRINT_PT = 11.0
"""Height of a usual word's box on the page, in points: the layout model learnt from pages set in 9 to 11 points."""
SHEET = (595.0, 842.0)
"""A4 in points. A picture that fits on it with margins is a clipping, which the model reads best on a whole sheet."""
MARGIN = (40.0, 60.0)
"""Least margins of the sheet at the sides and at top and bottom, in points."""
HEAD = 120.0
"""How far below the sheet's top a clipping starts, in points: higher up it would pass for a running head."""
SIDES = (36.0, 7200.0)
"""Shortest and longest side of a page, in points; half of what PDF viewers accept."""
BASELINE = 0.22
"""Height of the baseline above a word box's bottom, as a share of the box."""
FILL = 0.85
"""Font size of a word as a share of its box's height."""
USUAL_LINES = 60
"""Lines on a page, by which the height of print is guessed where no word is known."""
HAIRLINE = 0.5
"""Width of the strokes that stand for printed rules, in points."""


def page_of_scan(image: bytes, words: PageWords) -> pymupdf.Page:
    """A page of its own document that shows the picture and holds the words, unseen, at their boxes.

    Rules printed in the picture are drawn as strokes. Of a clipping the layout is found here, on a whole sheet, and
    left in `layout_information`.

    Args:
        image: an image file's bytes; PNG, JPEG or TIFF.
        words: what OCR read in it; boxes in fractions of the picture.

    Raises:
        PageUnreadable: when the bytes are not a picture.
    """
    grey = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise PageUnreadable("The image is damaged or of a format that is not read; save it anew.")
    high, wide = grey.shape
    word_height = median(w.box.height * high for w in words.words) if words.words else high / USUAL_LINES
    scale = _scale(PRINT_PT / max(1.0, word_height), wide, high)
    scan = _Scan(image, words, find_strokes(grey.astype(np.uint8), word_height), scale)
    size = pymupdf.Rect(0, 0, wide * scale, high * scale)
    page = _laid(scan, size.br, size)
    room = SHEET[0] - 2 * MARGIN[0], SHEET[1] - 2 * MARGIN[1]
    if words.words and size.width <= room[0] and size.height <= room[1]:
        page.layout_information = _layout_on_sheet(scan, size)
    return page


@dataclass(frozen=True, slots=True)
class _Scan:
    """What there is to lay on a page."""

    image: bytes
    words: PageWords
    strokes: list[Stroke]
    scale: float
    """Points per pixel."""


def _scale(wanted: float, wide: int, high: int) -> float:
    """Points per pixel: as wanted, but no side too short or too long for a page."""
    return min(max(wanted, SIDES[0] / min(wide, high)), SIDES[1] / max(wide, high))


def _laid(scan: _Scan, size: tuple[float, float], place: pymupdf.Rect) -> pymupdf.Page:
    """A page of the given size with the scan at `place`."""
    page = pymupdf.open().new_page(width=size[0], height=size[1])
    page.insert_image(place, stream=scan.image)
    _rule(page, scan, place)
    writer = pymupdf.TextWriter(page.rect)
    font = pymupdf.Font("helv")
    for word in scan.words.words:
        box = word.box
        # Only the place of a word matters here: its own characters stay with `words`.
        text = word.text.encode("latin-1", "replace").decode("latin-1")
        width = max(box.width * place.width, 1.0)
        size_pt = min(FILL * box.height * place.height, width / max(font.text_length(text, fontsize=1), 0.1))
        x, y = place.x0 + box.x0 * place.width, place.y0 + (box.y1 - BASELINE * box.height) * place.height
        writer.append((x, y), text, font=font, fontsize=max(size_pt, 1.0))
    writer.write_text(page, render_mode=3)
    return page


def _rule(page: pymupdf.Page, scan: _Scan, place: pymupdf.Rect) -> None:
    shape = page.new_shape()
    for x0, y0, x1, y1 in scan.strokes:
        start = pymupdf.Point(x0, y0) * scan.scale + place.tl
        shape.draw_line(start, pymupdf.Point(x1, y1) * scan.scale + place.tl)
    if scan.strokes:
        shape.finish(width=HAIRLINE)
        shape.commit()


def _layout_on_sheet(scan: _Scan, size: pymupdf.Rect) -> list[dict[str, Any]]:
    """The raw layout of a clipping as read on a whole sheet, moved to where it stands on its own page."""
    left, top = (SHEET[0] - size.width) / 2, min(HEAD, (SHEET[1] - size.height) / 2)
    sheet = _laid(scan, SHEET, pymupdf.Rect(left, top, left + size.width, top + size.height))
    sheet.get_layout(return_raw=True)
    groups: list[dict[str, Any]] = sheet.layout_information or []
    for group in groups:
        group["group_bbox"] = _moved(group["group_bbox"], -left, -top)
        group["bboxes"] = [_moved(box, -left, -top) for box in group.get("bboxes", ())]
    return groups


def _moved(box: Sequence[float], dx: float, dy: float) -> list[float]:
    return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy, *box[4:]]
