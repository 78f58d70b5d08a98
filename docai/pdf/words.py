"""One page's text layer to words with boxes, lines, font sizes, and whether the page shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pymupdf

from docai.domain.geometry import Box, PageSize
from docai.domain.words import PageWords, Word
from docai.pdf import text_layer
from docai.pdf.ink import look
from docai.pdf.native import ImageInfo, native_dpi
from docai.pdf.print_boxes import cut_to_print

_FLAGS = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE
"""Ligatures stay as in the file, unknown glyphs become U+FFFD instead of a guess, words beside the page are seen."""
_PAINTED = 16 | 32 | 64
"""Bits of a span's `char_flags` in MuPDF's stext: filled, stroked, clipping (a picture shows through)."""
_ENGINE = f"pymupdf {pymupdf.VersionBind}"

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Span:
    """A run of one font size, as shown or hidden."""

    box: Rectangle
    size: float
    is_painted: bool


def read_words(
    page: pymupdf.Page,
    listed: pymupdf.DisplayList | None = None,
    images: Sequence[ImageInfo] | None = None,
) -> PageWords:
    """The text layer's words in the file's order, judged; the page must have been freed of its rotation.

    Words beside the page are left out, as are words that a page without a scan does not show.

    Args:
        page: the page.
        listed: its display list, where there is one already.
        images: what `Page.get_image_info` says, where it was asked already.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    drawing = listed or page.get_displaylist()
    shown = page.get_image_info() if images is None else images
    layer = _read_layer(drawing, size)
    layer = replace(layer, is_over_scan=native_dpi(shown, size) is not None)
    if 0 < len(layer.words) < text_layer.FEW_WORDS and not layer.is_over_scan:
        layer = replace(layer, n_paths=sum(kind.endswith("-path") for kind, *_ in page.get_bboxlog()))
    judged = text_layer.judge(layer, lambda words: look(drawing, size, words), engine=_ENGINE)
    return cut_to_print(judged, size)


def _read_layer(drawing: pymupdf.DisplayList, size: PageSize) -> text_layer.TextLayer:
    found = pymupdf.TextPage(drawing.get_textpage(flags=_FLAGS))
    spans = _spans_by_line(found.extractDICT())
    lines: dict[tuple[int, int], int] = {}
    words: list[Word] = []
    painted: list[bool] = []
    for *edges, text, block, line, _ in found.extractWORDS():
        rectangle = (edges[0], edges[1], edges[2], edges[3])
        if not _is_on_page(rectangle, size):
            continue
        span = _span_of(rectangle, spans.get((block, line), ()))
        words.append(
            Word(
                text=text,
                box=Box.from_points(rectangle, size),
                line=lines.setdefault((block, line), len(lines)),
                font_size_pt=span.size if span else None,
            )
        )
        painted.append(span.is_painted if span else True)
    return text_layer.TextLayer(tuple(words), tuple(painted))


def _spans_by_line(content: dict[str, Any]) -> dict[tuple[int, int], list[_Span]]:
    spans: dict[tuple[int, int], list[_Span]] = defaultdict(list)
    for block_number, block in enumerate(content["blocks"]):
        for line_number, line in enumerate(block.get("lines", ())):
            for span in line["spans"]:
                is_painted = bool(span["char_flags"] & _PAINTED) and span["alpha"] > 0
                spans[block_number, line_number].append(_Span(span["bbox"], float(span["size"]), is_painted))
    return spans


def _span_of(word: Rectangle, spans: Sequence[_Span]) -> _Span | None:
    """The span that the middle of the word lies in, else the nearest of its line."""
    if len(spans) == 1:
        return spans[0]
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return min(spans, key=lambda span: _distance(x, y, span.box), default=None)


def _distance(x: float, y: float, box: Rectangle) -> float:
    return max(box[0] - x, x - box[2], 0.0) + max(box[1] - y, y - box[3], 0.0)


def _is_on_page(word: Rectangle, size: PageSize) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return 0 <= x <= size.width_pt and 0 <= y <= size.height_pt
