"""Label, Paint and the shapes of a drawing: what a chart is read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from docai.domain.geometry import PointBox

_RULE = 2.0
"""Points; what is thinner is a rule."""

Point = tuple[float, float]
"""x, y in points, origin top left."""


def frame_of(points: tuple[Point, ...]) -> PointBox:
    """The smallest rectangle around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return PointBox(min(xs), min(ys), max(xs), max(ys))


class Paint(NamedTuple):
    """What tells one series' marks from another's."""

    red: int
    green: int
    blue: int
    """0 to 50: writers round colours, so that fiftieths are as fine as they can be compared."""
    is_dashed: bool = False

    @property
    def is_white(self) -> bool:
        """Whether it is the paper's colour."""
        return min(self[:3]) >= 49


@dataclass(frozen=True, slots=True)
class Label:
    """Words printed as one piece."""

    frame: PointBox
    text: str
    word_ids: tuple[int, ...]
    is_upright: bool = False
    """Whether it is printed up or down the page."""
    is_slanted: bool = False
    """Whether it is printed at an angle: its middle is then not what it names."""

    def transposed(self) -> Label:
        """Mirrored at the diagonal; still printed the way it is."""
        return replace(self, frame=self.frame.transposed())


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle."""

    frame: PointBox
    paint: Paint

    def transposed(self) -> Bar:
        """Mirrored at the diagonal."""
        return replace(self, frame=self.frame.transposed())


@dataclass(frozen=True, slots=True)
class Line:
    """A stroke through points; for curves, the points where one arc ends and the next begins."""

    points: tuple[Point, ...]
    paint: Paint

    @property
    def frame(self) -> PointBox:
        """Around its points."""
        return frame_of(self.points)

    def transposed(self) -> Line:
        """Mirrored at the diagonal."""
        return replace(self, points=tuple((y, x) for x, y in self.points))


@dataclass(frozen=True, slots=True)
class Dot:
    """A small closed shape: a marker."""

    frame: PointBox
    paint: Paint

    def transposed(self) -> Dot:
        """Mirrored at the diagonal."""
        return replace(self, frame=self.frame.transposed())


@dataclass(frozen=True, slots=True)
class Wedge:
    """A slice of a pie or ring."""

    centre: Point
    radius: float
    start: float
    """Degrees clockwise from twelve o'clock, 0 to 360."""
    sweep: float
    """Degrees, above 0."""
    frame: PointBox
    paint: Paint


class Rule(NamedTuple):
    """A straight level stroke: a gridline, a tick mark, an axis."""

    at: float
    start: float
    end: float

    @property
    def length(self) -> float:
        """In points."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of a page, by what they may be of a chart."""

    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    wedges: tuple[Wedge, ...] = ()
    across: tuple[Rule, ...] = ()
    """Level strokes; `at` is y."""
    down: tuple[Rule, ...] = ()
    """Strokes up and down; `at` is x."""
    panels: tuple[PointBox, ...] = ()
    """Large rectangles, stroked or filled: the ground that a plot stands on."""

    @property
    def has_marks(self) -> bool:
        """Whether there is more than rules and frames: what may stand for values."""
        n_bars = sum(min(bar.frame.width, bar.frame.height) > _RULE for bar in self.bars)
        is_drawn = any(min(line.frame.width, line.frame.height) > _RULE for line in self.lines)
        return is_drawn or n_bars > 1 or len(self.dots) > 1 or len(self.wedges) > 1

    def transposed(self) -> Drawing:
        """Mirrored at the diagonal; slices of pies stay behind."""
        return Drawing(
            bars=tuple(bar.transposed() for bar in self.bars),
            lines=tuple(line.transposed() for line in self.lines),
            dots=tuple(dot.transposed() for dot in self.dots),
            across=self.down,
            down=self.across,
            panels=tuple(panel.transposed() for panel in self.panels),
        )
