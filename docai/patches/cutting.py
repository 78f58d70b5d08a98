"""Pieces of a page image: overlapping ones of equal size that cover it, and the fewest that serve."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from docai.domain.geometry import POINTS_PER_INCH, Box

MAX_REGIONS = 64
"""A page that takes more images than this is better read by another model."""
MAX_THINNESS = 8
"""Columns are not made narrower than this part of their height: few lines would stay whole."""
OVERLAP_LINES = 2
"""Neighbouring pieces share so many lines of print."""
LINE_EM = 1.2
"""Distance of lines in ems: the `normal` line height of CSS 2.2, section 10.8.1, which asks for 1.0 to 1.2."""
BODY_PT = 12.0
"""Print up to this size stands whole in one of two neighbours, however small the page's smallest print is."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Whole pixels of a page image."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, box: Box, width_px: int, height_px: int) -> Self:
        """The smallest one around a box, on the image and at least a pixel large."""
        left, top, right, bottom = box.to_pixels(width_px, height_px)
        left, top = min(left, width_px - 1), min(top, height_px - 1)
        return cls(left, top, min(right, width_px) - left, min(bottom, height_px) - top)

    def box(self, width_px: int, height_px: int) -> Box:
        """In fractions of the image."""
        return Box(
            x0=self.left / width_px,
            y0=self.top / height_px,
            x1=(self.left + self.width) / width_px,
            y1=(self.top + self.height) / height_px,
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """What is to be cut, and where its print allows."""

    area: Rectangle
    dpi: float
    print_pt: float | None
    """Font size of the smallest print; None where unknown."""
    is_square: bool = False
    """Whether pieces are made square, by sharing more, for models that would crop or distort others."""

    @property
    def overlap_px(self) -> int:
        """Pixels that two neighbours share at least."""
        print_pt = max(BODY_PT, self.print_pt or 0.0)
        return math.ceil(OVERLAP_LINES * LINE_EM * print_pt / POINTS_PER_INCH * self.dpi) + 1

    @property
    def most(self) -> tuple[int, int]:
        """Most columns and rows: more, and a piece would be overlap in the main."""
        overlap = self.overlap_px
        return max(1, self.area.width // overlap - 1), max(1, self.area.height // overlap - 1)

    def piece_px(self, columns: int, rows: int) -> tuple[int, int]:
        """Width and height of each piece of a grid."""
        overlap = self.overlap_px
        width = math.ceil((self.area.width + (columns - 1) * overlap) / columns)
        height = math.ceil((self.area.height + (rows - 1) * overlap) / rows)
        if self.is_square:
            side = max(width, height)
            return min(side, self.area.width), min(side, self.area.height)
        return width, height

    def pieces(self, columns: int, rows: int) -> tuple[Rectangle, ...]:
        """The grid's pieces, row by row; the first and last of each row and column lie at the edge."""
        width, height = self.piece_px(columns, rows)
        return tuple(
            Rectangle(self.area.left + left, self.area.top + top, width, height)
            for top in _starts(self.area.height, height, rows)
            for left in _starts(self.area.width, width, columns)
        )


def fewest_pieces(cut: Cut, serves: Callable[[int, int], bool]) -> tuple[Rectangle, ...]:
    """The fewest pieces that serve, and of two grids of as many the one with fewer columns, which cuts fewer lines.

    Args:
        cut: what is to be cut.
        serves: whether a piece of this width and height does; smaller ones are taken to do as well.

    Returns:
        None of them where no grid of at most `MAX_REGIONS` pieces serves.
    """
    most_columns, most_rows = cut.most
    best: tuple[int, int] | None = None
    fewest = MAX_REGIONS + 1
    for columns in range(1, min(most_columns, MAX_REGIONS) + 1):
        most = min(most_rows, (fewest - 1) // columns)
        if most < 1:
            break
        width, height = cut.piece_px(columns, most)
        narrowest = math.ceil(height / MAX_THINNESS)
        if width < narrowest:
            break
        if serves(width, height):
            best = columns, _fewest_rows(cut, columns, most, serves)
            fewest = columns * best[1]
        elif best is not None and not serves(narrowest, height):
            break  # too high at any width, and those of more columns are higher still
    return () if best is None else cut.pieces(*best)


def grown(rectangle: Rectangle, width_px: int, height_px: int, *, to_multiples_of: int) -> Rectangle:
    """A rectangle on an image grown about its middle until its sides are multiples, as far as the image goes."""
    left, width = _grown(rectangle.left, rectangle.width, width_px, to_multiples_of)
    top, height = _grown(rectangle.top, rectangle.height, height_px, to_multiples_of)
    return Rectangle(left, top, width, height)


def _fewest_rows(cut: Cut, columns: int, most: int, serves: Callable[[int, int], bool]) -> int:
    """The fewest rows, by halving, with which pieces serve, if `most` do."""
    too_few, enough = 0, most
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if serves(*cut.piece_px(columns, middle)):
            enough = middle
        else:
            too_few = middle
    return enough


def _starts(length: int, piece: int, n: int) -> list[int]:
    return [round(i * (length - piece) / (n - 1)) for i in range(n)] if n > 1 else [0]


def _grown(start: int, length: int, limit: int, unit: int) -> tuple[int, int]:
    wanted = min(limit, math.ceil(length / unit) * unit)
    return max(0, min(start - (wanted - length) // 2, limit - wanted)), wanted
