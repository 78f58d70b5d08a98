"""One page's drawn paths to charts: shapes for those that are read from the drawing, and powers among the words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pymupdf

from docai.charts.assembly import FoundChart
from docai.charts.labels import labels_of
from docai.charts.marks import Paint, Point
from docai.charts.reading import Page, read_charts
from docai.charts.shapes import Path, Piece, drawing_of
from docai.charts.ticks import may_be_of_charts
from docai.domain.geometry import PageSize, PointBox
from docai.domain.words import Word

_MOST_PATHS = 20_000
"""A page that draws more is a map or a plan; bounds the time."""
_SHADES = 50
"""Steps of a colour's channel that are told apart."""
_JOIN = 0.01
"""Points between two strokes of a path that is drawn on."""
_BASE = re.compile(r".*10(?:[-\u2212]?\d{1,3})?")
"""A word that may end in a power of ten, its exponent at a distance or joined to it."""
_EXPONENT = re.compile(r"\s*[-\u2212\u2013]?\d{1,3}\s*")
_BEHIND = 0.25
_RISE = (0.15, 0.8)
"""How far behind its base and how far above its base line an exponent stands, over the size of the base."""
_RAISED = 0.85
"""A power's digits are smaller than its base by at least this factor."""


def find_charts(page: pymupdf.Page, words: Sequence[Word], figures: Sequence[PointBox]) -> list[FoundChart]:
    """The page's charts that are drawn as shapes and can be read with certainty.

    The drawing is looked at only where the layout sees a figure or where numbers stand in line as tick labels do.

    Args:
        page: freed of its rotation.
        words: of its text layer.
        figures: where the layout sees figures, points.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    if not words or not (figures or may_be_of_charts(labels_of(words, size))):
        return []
    drawn = page.get_cdrawings()
    if not drawn or len(drawn) > _MOST_PATHS:
        return []
    drawing = drawing_of(map(_path, drawn))
    if not drawing.has_marks:
        return []
    said = _powers(page, words, size) if any(_BASE.fullmatch(word.text) for word in words) else {}
    return read_charts(drawing, Page(words, size, figures, said))


def _path(drawn: dict[str, Any]) -> Path:
    is_dashed = drawn.get("dashes", "[] 0") not in ("[] 0", "[ ] 0")
    return Path(
        tuple(_pieces(drawn["items"], is_closed=bool(drawn.get("closePath")))),
        _paint(drawn.get("fill"), drawn.get("fill_opacity")),
        _paint(drawn.get("color"), drawn.get("stroke_opacity"), is_dashed=is_dashed),
    )


def _paint(colour: Sequence[float] | None, opacity: float | None, *, is_dashed: bool = False) -> Paint | None:
    if colour is None or opacity == 0:
        return None
    red, green, blue = (round(_SHADES * shade) for shade in colour)
    return Paint(red, green, blue, is_dashed)


def _pieces(items: Sequence[tuple[Any, ...]], *, is_closed: bool) -> Iterator[Piece]:
    """Strokes that follow one another as one piece; every rectangle is one."""
    points: list[Point] = []
    curved: list[bool] = []
    for kind, *rest in items:
        if kind in ("re", "qu"):
            yield from _piece(points, curved, is_closed=is_closed)
            points, curved = [], []
            yield Piece(_corners(kind, rest[0]), (), is_closed=True)
            continue
        if points and math.dist(points[-1], rest[0]) > _JOIN:
            yield from _piece(points, curved, is_closed=is_closed)
            points, curved = [], []
        points = points or [rest[0]]
        points.append(rest[-1])
        curved.append(kind == "c")
    yield from _piece(points, curved, is_closed=is_closed)


def _piece(points: Sequence[Point], curved: Sequence[bool], *, is_closed: bool) -> Iterator[Piece]:
    if points:
        is_whole = is_closed or (len(points) > 2 and math.dist(points[0], points[-1]) <= _JOIN)
        yield Piece(tuple(points), tuple(curved), is_closed=is_whole)


def _corners(kind: str, shape: Sequence[Any]) -> tuple[Point, ...]:
    if kind == "re":
        x0, y0, x1, y1 = shape
        return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
    upper_left, upper_right, lower_left, lower_right = shape
    return upper_left, upper_right, lower_right, lower_left


def _powers(page: pymupdf.Page, words: Sequence[Word], size: PageSize) -> dict[int, str]:
    """Words that are a power of ten with a raised exponent, by index: `10^3` for what reads as `103`, or as two."""
    spans = [
        span
        for block in page.get_text("dict", flags=pymupdf.TEXT_PRESERVE_WHITESPACE)["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
    ]
    exponents = [span for span in spans if _EXPONENT.fullmatch(span["text"])]
    frames = [PointBox(*word.box.to_points(size)) for word in words]
    found: dict[int, str] = {}
    for base in spans:
        exponent = next((span for span in exponents if _is_raised(span, base)), None)
        if exponent is None or not base["text"].strip().endswith("10"):
            continue
        around = PointBox(*base["bbox"]).joined(PointBox(*exponent["bbox"])).grown(1)
        inside = [i for i, frame in enumerate(frames) if around.holds(frame.cx, frame.cy)]
        found |= dict.fromkeys(inside, "")
        if inside:
            found[inside[0]] = f"{base['text'].strip()}^{exponent['text'].strip()}"
    return found


def _is_raised(span: dict[str, Any], base: dict[str, Any]) -> bool:
    """Whether a span in smaller print stands right behind the upper half of another."""
    gap, rise = span["bbox"][0] - base["bbox"][2], base["origin"][1] - span["origin"][1]
    size = float(base["size"])
    is_behind = abs(gap) <= _BEHIND * size and _RISE[0] * size <= rise <= _RISE[1] * size
    return is_behind and float(span["size"]) <= _RAISED * size
