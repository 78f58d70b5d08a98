"""One page's drawn strokes to horizontal and vertical rules."""

from __future__ import annotations

from typing import Any

import pymupdf

from docai.grids.marks import Rule
from docai.grids.rules import joined

THIN = 3.0
"""A filled rectangle no thicker than this, in points, is a rule."""
SLANT = 1.0
"""A line that leaves its axis by no more than this, in points, is straight."""


def page_rules(page: pymupdf.Page) -> tuple[list[Rule], list[Rule]]:
    """The page's horizontal and vertical rules in points, origin top left."""
    across: list[Rule] = []
    down: list[Rule] = []
    for path in page.get_cdrawings():
        stroked = "s" in path["type"]
        for item in path["items"]:
            for x0, y0, x1, y1 in _strokes(item, stroked):
                if y1 - y0 <= THIN and y1 - y0 < x1 - x0:
                    across.append(Rule((y0 + y1) / 2, x0, x1))
                elif x1 - x0 <= THIN and x1 - x0 < y1 - y0:
                    down.append(Rule((x0 + x1) / 2, y0, y1))
    return joined(across), joined(down)


def _strokes(item: tuple[Any, ...], stroked: bool) -> list[tuple[float, float, float, float]]:
    """Thin upright rectangles that a piece of a path draws: a line, a flat rectangle, or a box's edges."""
    if item[0] == "l":
        (ax, ay), (bx, by) = item[1], item[2]
        flat = abs(ax - bx) <= SLANT or abs(ay - by) <= SLANT
        return [(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))] if flat else []
    if item[0] == "re":
        x0, y0, x1, y1 = pymupdf.Rect(item[1]).normalize()
    elif item[0] == "qu":
        x0, y0, x1, y1 = pymupdf.Quad(item[1]).rect
    else:
        return []
    if min(x1 - x0, y1 - y0) <= THIN:
        return [(x0, y0, x1, y1)]
    edges = [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
    return edges if stroked else []
