"""Paths as a page draws them to the shapes that charts are made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from docai.charts.marks import Bar, Dot, Drawing, Line, Paint, Point, Rule, Wedge, frame_of
from docai.charts.wedges import wedge_of
from docai.domain.geometry import PointBox

_STRAIGHT = 0.3
"""Points by which a stroke may leave its axis and be straight: half a pixel at 100 dpi."""
_THIN = 1.6
"""A filled rectangle no thicker than this, in points, may be a rule that is drawn as an area."""
_DOT = 14.0
"""Markers are no larger than this, in points: more than a line of print."""
_PANEL = 60.0
"""Smaller rectangles, in points, are no ground for a plot."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A path's part that is drawn without lifting the pen."""

    points: tuple[Point, ...]
    curved: tuple[bool, ...] = ()
    """For each stretch between two points whether it is an arc; may be shorter than the points for all straight."""
    is_closed: bool = False
    """Whether it ends where it began."""


@dataclass(frozen=True, slots=True)
class Path:
    """Pieces painted alike."""

    pieces: tuple[Piece, ...]
    fill: Paint | None
    stroke: Paint | None


@dataclass(slots=True)
class _Found:
    bars: list[Bar] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    wedges: list[Wedge] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    panels: list[PointBox] = field(default_factory=list)


def drawing_of(paths: Iterable[Path]) -> Drawing:
    """The shapes among paths, in the order drawn; shapes that no chart has are left out."""
    found = _Found()
    for path in paths:
        for piece in path.pieces:
            _sort_in(piece, path, found)
    return Drawing(
        bars=tuple(found.bars),
        lines=tuple(found.lines),
        dots=tuple(found.dots),
        wedges=tuple(found.wedges),
        across=tuple(found.across),
        down=tuple(found.down),
        panels=tuple(found.panels),
    )


def _sort_in(piece: Piece, path: Path, found: _Found) -> None:
    frame = frame_of(piece.points)
    is_stroke = not piece.is_closed and (path.fill is None or len(piece.points) == 2)
    if is_stroke:
        _open_stroke(piece, path, frame, found)
    elif is_rectangle(piece):
        _rectangle(piece, path, frame, found)
    elif path.fill is not None and (wedge := wedge_of(piece.points, piece.curved, path.fill)) is not None:
        found.wedges.append(wedge)
    elif max(frame.width, frame.height) <= _DOT:
        _small(path, frame, found)


def _open_stroke(piece: Piece, path: Path, frame: PointBox, found: _Found) -> None:
    """A line, a rule, or a cross that marks a point."""
    if path.stroke is None:
        return
    if len(piece.points) == 2 and frame.height <= _STRAIGHT and frame.width > frame.height:
        found.across.append(Rule(frame.cy, frame.x0, frame.x1))
    elif len(piece.points) == 2 and frame.width <= _STRAIGHT and frame.height > frame.width:
        found.down.append(Rule(frame.cx, frame.y0, frame.y1))
    if len(piece.points) > 1 and max(frame.width, frame.height) > _STRAIGHT:
        found.lines.append(Line(piece.points, path.stroke))


def _rectangle(piece: Piece, path: Path, frame: PointBox, found: _Found) -> None:
    if path.fill is not None:
        found.bars.append(Bar(frame, path.fill))
        if max(frame.width, frame.height) <= _DOT and abs(frame.width - frame.height) <= 1.0:
            found.dots.append(Dot(frame, path.fill))
        if frame.height <= _THIN < frame.width:
            found.across.append(Rule(frame.cy, frame.x0, frame.x1))
        elif frame.width <= _THIN < frame.height:
            found.down.append(Rule(frame.cx, frame.y0, frame.y1))
    elif max(frame.width, frame.height) <= _DOT:
        _small(path, frame, found)
    if min(frame.width, frame.height) >= _PANEL:
        found.panels.append(frame)
        if path.stroke is not None:
            found.across += [Rule(y, frame.x0, frame.x1) for y in (frame.y0, frame.y1)]
            found.down += [Rule(x, frame.y0, frame.y1) for x in (frame.x0, frame.x1)]


def _small(path: Path, frame: PointBox, found: _Found) -> None:
    """A marker, in its filling's colour, or in its outline's where it is hollow."""
    paint = path.stroke if path.fill is None or (path.fill.is_white and path.stroke is not None) else path.fill
    if paint is not None and min(frame.width, frame.height) > _STRAIGHT:
        found.dots.append(Dot(frame, paint))


def is_rectangle(piece: Piece) -> bool:
    """Whether the piece is a rectangle whose edges run along the page's."""
    corners = _without_repeats(piece.points)
    if len(corners) != 4 or any(piece.curved):
        return False
    edges = [*pairwise(corners), (corners[-1], corners[0])]
    level = [abs(a[1] - b[1]) <= _STRAIGHT for a, b in edges]
    upright = [abs(a[0] - b[0]) <= _STRAIGHT for a, b in edges]
    is_first = level[0] and upright[1] and level[2] and upright[3]
    return is_first or (upright[0] and level[1] and upright[2] and level[3])


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if not kept or math.dist(point, kept[-1]) > 1e-3:
            kept.append(point)
    if len(kept) > 1 and math.dist(kept[0], kept[-1]) <= 1e-3:
        kept.pop()
    return kept
