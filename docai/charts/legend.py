"""Samples of paint beside words to the names of series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from docai.charts.marks import Bar, Dot, Drawing, Label, Line, Paint
from docai.domain.geometry import PointBox

_WIDEST, _HIGHEST = 48.0, 22.0
"""A sample is no larger, in points, than a short stroke or a small box."""
_GAP = 2.2
"""Between a sample and its name at most, over the height of the name: a marker stands in the middle of its space."""
_LEVEL = 0.6
"""A sample's middle is this near to the middle of its name, over the name's height."""
_COLUMN_GAP = 48.0
"""Points between the columns of one legend."""
_IN_LINE = 1.5
"""Points by which samples of one legend may be out of line or differ in size."""
_MOST_ENTRIES = 80
"""More boxes beside words than these are the shaded cells of a table."""
_LEAST_SIDE = 2.5
"""Thinner boxes, in points, are rules."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its sample."""

    paint: Paint
    frame: PointBox
    label: Label


@dataclass(frozen=True, slots=True)
class Legend:
    """The names of a chart's series."""

    entries: tuple[Entry, ...] = ()

    @property
    def names(self) -> dict[Paint, Label]:
        """Every paint's name; a paint that two samples have has none."""
        seen: dict[Paint, list[Label]] = defaultdict(list)
        for entry in self.entries:
            seen[entry.paint].append(entry.label)
        return {paint: labels[0] for paint, labels in seen.items() if len({x.text for x in labels}) == 1}

    @property
    def frames(self) -> tuple[PointBox, ...]:
        """Where samples stand."""
        return tuple(entry.frame for entry in self.entries)


def legends_of(drawing: Drawing, labels: Sequence[Label]) -> list[Legend]:
    """The legends of a page: two and more samples of different paint in a column or row, alike in size."""
    entries = [entry for sample, paint in _samples(drawing) if (entry := _entry(sample, paint, labels)) is not None]
    unique = {(entry.paint, entry.label.word_ids): entry for entry in entries}
    left = list(unique.values()) if len(unique) <= _MOST_ENTRIES else []
    found: list[Legend] = []
    while left:
        group = max((_in_line(left, first, edge) for first in left for edge in ("x0", "cy")), key=len)
        if len(group) < 2:
            break
        found.append(Legend(tuple(group)))
        left = [entry for entry in left if entry not in group]
    return [_with_rest(legend, left) for legend in _together(found)]


def without_samples(drawing: Drawing, legends: Sequence[Legend]) -> Drawing:
    """The drawing without what legends show."""
    frames = [frame.grown(1.0) for legend in legends for frame in legend.frames]

    def is_kept(shape: Bar | Line | Dot) -> bool:
        return not any(frame.holds_all(shape.frame) for frame in frames)

    return Drawing(
        bars=tuple(filter(is_kept, drawing.bars)),
        lines=tuple(filter(is_kept, drawing.lines)),
        dots=tuple(filter(is_kept, drawing.dots)),
        wedges=drawing.wedges,
        across=drawing.across,
        down=drawing.down,
        panels=drawing.panels,
    )


def _samples(drawing: Drawing) -> list[tuple[PointBox, Paint]]:
    """Small boxes, level strokes and markers; a marker on a stroke comes first, the stroke in its paint last."""
    found = [(dot.frame, dot.paint) for dot in drawing.dots]
    found += [(bar.frame, bar.paint) for bar in drawing.bars if min(bar.frame.width, bar.frame.height) >= _LEAST_SIDE]
    found += [(line.frame, line.paint) for line in drawing.lines if line.frame.height <= _IN_LINE]
    return [
        (frame, paint)
        for frame, paint in found
        if frame.width <= _WIDEST and frame.height <= _HIGHEST and not paint.is_white
    ]


def _entry(sample: PointBox, paint: Paint, labels: Sequence[Label]) -> Entry | None:
    """The sample with the label right behind it."""
    behind = [
        label
        for label in labels
        if 0 <= label.frame.x0 - sample.x1 <= _GAP * label.frame.height
        and abs(label.frame.cy - sample.cy) <= _LEVEL * label.frame.height
        and not label.is_upright
    ]
    label = min(behind, key=lambda label: label.frame.x0, default=None)
    return None if label is None else Entry(paint, sample, label)


def _in_line(entries: Sequence[Entry], first: Entry, edge: str) -> list[Entry]:
    """The entries in line with the first one, the nearest of every paint."""
    group: dict[Paint, Entry] = {first.paint: first}
    for entry in entries:
        if _is_alike(entry, first, edge) and entry.paint not in group:
            group[entry.paint] = entry
    return list(group.values())


def _is_alike(entry: Entry, first: Entry, edge: str) -> bool:
    """Whether two samples are of one size and in line at an edge or middle."""
    one, other = entry.frame, first.frame
    offs = (
        one.width - other.width,
        one.height - other.height,
        float(getattr(one, edge)) - float(getattr(other, edge)),
    )
    return all(abs(off) <= _IN_LINE for off in offs)


def _with_rest(legend: Legend, left: Sequence[Entry]) -> Legend:
    """With the last sample of an unfilled row or column, which stands in line with one other only."""
    around = _around(legend).grown(_COLUMN_GAP)
    paints = set(legend.names)
    rest = [
        entry
        for entry in left
        if entry.paint not in paints
        and around.holds(entry.frame.cx, entry.frame.cy)
        and any(_is_alike(entry, other, edge) for other in legend.entries for edge in ("x0", "cy"))
    ]
    return Legend((*legend.entries, *rest))


def _together(legends: Sequence[Legend]) -> list[Legend]:
    """Rows of one legend above one another, or columns side by side, as one."""
    found: list[Legend] = []
    for legend in legends:
        frame = _around(legend)
        near = next((k for k, other in enumerate(found) if _around(other).grown(_COLUMN_GAP).shared(frame) > 0), None)
        if near is None:
            found.append(legend)
        else:
            found[near] = Legend(found[near].entries + legend.entries)
    return found


def _around(legend: Legend) -> PointBox:
    frames = [part for entry in legend.entries for part in (entry.frame, entry.label.frame)]
    return frames[0].joined(*frames[1:])
