"""Box, PointBox, PageSize, and the one transform between page fractions, PDF points and pixels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, model_validator

POINTS_PER_INCH = 72.0
"""PDF 32000-1:2008, 8.3.2.3: the default user space unit is 1/72 inch."""


class PageSize(BaseModel):
    """A page as it is shown, after its rotation, in PDF points."""

    model_config = ConfigDict(frozen=True)

    width_pt: float
    height_pt: float

    def pixels(self, dpi: float) -> tuple[int, int]:
        """Width and height in whole pixels at `dpi`."""
        scale = dpi / POINTS_PER_INCH
        return max(1, round(self.width_pt * scale)), max(1, round(self.height_pt * scale))


class Box(BaseModel):
    """A rectangle in fractions of the shown page: 0 to 1, origin at the top left, after rotation.

    Raises:
        ValueError: when an edge lies outside 0..1 or the edges are out of order.
    """

    model_config = ConfigDict(frozen=True)

    x0: float
    y0: float
    x1: float
    y1: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not (0.0 <= self.x0 <= self.x1 <= 1.0 and 0.0 <= self.y0 <= self.y1 <= 1.0):
            raise ValueError(f"not a box on the page: {self.x0}, {self.y0}, {self.x1}, {self.y1}")
        return self

    @classmethod
    def clipped(cls, x0: float, y0: float, x1: float, y1: float) -> Self:
        """The part of a rectangle that lies on the page; a rectangle beside it becomes an edge of zero size."""
        left, right = sorted((_unit(x0), _unit(x1)))
        top, bottom = sorted((_unit(y0), _unit(y1)))
        return cls(x0=left, y0=top, x1=right, y1=bottom)

    @classmethod
    def from_points(cls, rect: tuple[float, float, float, float], size: PageSize) -> Self:
        """A rectangle in points (origin top left, after rotation) as a box."""
        x0, y0, x1, y1 = rect
        return cls.clipped(x0 / size.width_pt, y0 / size.height_pt, x1 / size.width_pt, y1 / size.height_pt)

    def to_points(self, size: PageSize) -> tuple[float, float, float, float]:
        """The box in points, origin top left, after rotation."""
        w, h = size.width_pt, size.height_pt
        return self.x0 * w, self.y0 * h, self.x1 * w, self.y1 * h

    def to_pixels(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """The smallest whole-pixel rectangle around the box: left, top, right, bottom (exclusive)."""
        left, top = int(self.x0 * width_px), int(self.y0 * height_px)
        right, bottom = -int(-self.x1 * width_px // 1), -int(-self.y1 * height_px // 1)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    @property
    def width(self) -> float:
        """Width as a fraction of the page's."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height as a fraction of the page's."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Area as a fraction of the page's."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle point, `(x, y)`."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def overlap(self, other: Box) -> float:
        """The common area, as a fraction of the page's."""
        w = min(self.x1, other.x1) - max(self.x0, other.x0)
        h = min(self.y1, other.y1) - max(self.y0, other.y0)
        return w * h if w > 0 and h > 0 else 0.0

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        common = self.overlap(other)
        union = self.area + other.area - common
        return common / union if union > 0 else 0.0

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether `point` lies in the box or on its edge."""
        return self.x0 <= point[0] <= self.x1 and self.y0 <= point[1] <= self.y1

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Self | None:
        """The smallest box that holds all `boxes`; None for none."""
        found = list(boxes)
        if not found:
            return None
        return cls(
            x0=min(b.x0 for b in found),
            y0=min(b.y0 for b in found),
            x1=max(b.x1 for b in found),
            y1=max(b.y1 for b in found),
        )


@lru_cache(maxsize=256)
def even_cells(rows: int, columns: int) -> tuple[Box, ...]:
    """The cells of an even grid over the page, row by row, rows x columns of them."""
    return tuple(
        Box(x0=column / columns, y0=row / rows, x1=(column + 1) / columns, y1=(row + 1) / rows)
        for row in range(rows)
        for column in range(columns)
    )


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


class PointBox(NamedTuple):
    """A rectangle on a page in points, origin top left; `Box` is one in fractions of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def cx(self) -> float:
        """Middle, across."""
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        """Middle, down."""
        return (self.y0 + self.y1) / 2

    @property
    def width(self) -> float:
        """Extent across."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent down."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Square points; 0 where its edges are crossed."""
        return max(0.0, self.width) * max(0.0, self.height)

    def grown(self, by: float) -> PointBox:
        """With every edge moved outwards."""
        return PointBox(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside or on the edge."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def holds_all(self, other: PointBox) -> bool:
        """Whether another rectangle lies inside."""
        return self.x0 <= other.x0 and self.y0 <= other.y0 and other.x1 <= self.x1 and other.y1 <= self.y1

    def shared(self, other: PointBox) -> float:
        """Area in common with another rectangle."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return width * height if width > 0 and height > 0 else 0.0

    def joined(self, *others: PointBox) -> PointBox:
        """The smallest rectangle around this one and others."""
        frames = (self, *others)
        return PointBox(
            min(f.x0 for f in frames),
            min(f.y0 for f in frames),
            max(f.x1 for f in frames),
            max(f.y1 for f in frames),
        )

    def transposed(self) -> PointBox:
        """Mirrored at the diagonal: across becomes down."""
        return PointBox(self.y0, self.x0, self.y1, self.x1)
