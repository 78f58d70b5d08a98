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

PRINT_PT = 9.0
"""Font size that usual print gets on the page, in points: the layout model learnt from pages set in 8 to 11 points."""
CHARACTER = 0.5
"""Width of a usual character, as a share of the font size: of Helvetica's English text it is 0.50, of Times's 0.45.
Unlike the height of a word's box it does not depend on how tightly the OCR engine draws boxes."""
SAMPLE = 3
"""Shortest word, in characters, that tells the font size."""
SHEETS = ((595.0, 842.0), (842.0, 595.0))
"""A4 upright and across, in points. A picture that leaves margins on one is a clipping: the model reads it best so."""
MARGIN = 20.0
"""Least margin of a sheet, in points."""
HEAD = 120.0
"""How far below the sheet's top a clipping starts, in points: higher up it would pass for a running head."""
SIDES = (36.0, 7200.0)
"""Shortest and longest side of a page, in points; half of what PDF viewers accept."""
BASELINE = 0.35
"""Height of a word's middle above its baseline, as a share of the font size: half of a capital's height."""
STRETCH = 1.6
"""How many times larger or smaller than usual print a word is set at most, to fill its box."""
USUAL_LINES = 60
"""Lines on a page, by which the font size is guessed where no word is known."""
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
    font_px = _font_px(words, wide, high)
    scale = min(max(PRINT_PT / font_px, SIDES[0] / min(wide, high)), SIDES[1] / max(wide, high))
    scan = _Scan(image, words, find_strokes(grey.astype(np.uint8), font_px), font_px, scale)
    size = pymupdf.Rect(0, 0, wide * scale, high * scale)
    page = _laid(scan, size.br, size)
    sheet = next((s for s in SHEETS if size.width <= s[0] - 2 * MARGIN and size.height <= s[1] - 2 * MARGIN), None)
    if words.words and sheet is not None:
        page.layout_information = _layout_on_sheet(scan, size, sheet)
    return page


@dataclass(frozen=True, slots=True)
class _Scan:
    """What there is to lay on a page."""

    image: bytes
    words: PageWords
    strokes: list[Stroke]
    font_px: float
    """Usual font size, in pixels."""
    scale: float
    """Points per pixel."""


def _font_px(words: PageWords, wide: int, high: int) -> float:
    """The usual font size in pixels, from the widths of words in alphabets; else from heights, else a guess."""
    widths = [w.box.width * wide / len(w.text) for w in words.words if len(w.text) >= SAMPLE and w.text.isascii()]
    if widths:
        return max(1.0, median(widths) / CHARACTER)
    heights = [w.box.height * high for w in words.words]
    return max(1.0, median(heights) if heights else high / USUAL_LINES)


def _laid(scan: _Scan, size: tuple[float, float], place: pymupdf.Rect) -> pymupdf.Page:
    """A page of the given size with the scan at `place`."""
    page = pymupdf.open().new_page(width=size[0], height=size[1])
    page.insert_image(place, stream=scan.image)
    _rule(page, scan, place)
    writer = pymupdf.TextWriter(page.rect)
    font = pymupdf.Font("helv")
    usual = scan.font_px * scan.scale
    for word in scan.words.words:
        box = word.box
        # Only the place of a word matters here: its own characters stay with `words`.
        text = word.text.encode("latin-1", "replace").decode("latin-1")
        filling = box.width * place.width / max(font.text_length(text, fontsize=1), 0.1)
        size_pt = min(max(filling, usual / STRETCH), usual * STRETCH)
        y = place.y0 + (box.y0 + box.y1) / 2 * place.height + BASELINE * size_pt
        writer.append((place.x0 + box.x0 * place.width, y), text, font=font, fontsize=size_pt)
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


def _layout_on_sheet(scan: _Scan, size: pymupdf.Rect, sheet: tuple[float, float]) -> list[dict[str, Any]]:
    """The raw layout of a clipping as read on a whole sheet, moved to where it stands on its own page."""
    left, top = (sheet[0] - size.width) / 2, min(HEAD, (sheet[1] - size.height) / 2)
    page = _laid(scan, sheet, pymupdf.Rect(left, top, left + size.width, top + size.height))
    page.get_layout(return_raw=True)
    groups: list[dict[str, Any]] = page.layout_information or []
    for group in groups:
        group["group_bbox"] = _moved(group["group_bbox"], -left, -top)
        group["bboxes"] = [_moved(box, -left, -top) for box in group.get("bboxes", ())]
    return groups


def _moved(box: Sequence[float], dx: float, dy: float) -> list[float]:
    return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy, *box[4:]]
