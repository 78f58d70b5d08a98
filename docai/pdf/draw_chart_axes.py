"""Draw what stands around a chart's values: ticks, gridlines, names along the foot, a legend."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docai.pdf.draw_sheet import HAIRLINE, INK, MUTED, Align, Colour, Sheet, Style, text_width

PALETTE: tuple[Colour, ...] = (
    (0.04, 0.34, 0.40), (0.85, 0.47, 0.20), (0.44, 0.62, 0.30), (0.55, 0.36, 0.62), (0.80, 0.66, 0.16),
    (0.30, 0.45, 0.72), (0.70, 0.26, 0.30),
)  # fmt: skip
_STEPS = (1.0, 2.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True)
class ChartLook:
    """How a chart looks, and where its plot stands; points."""

    left: float
    top: float
    width: float
    height: float
    style: Style
    has_grid: bool
    has_marks: bool
    has_frame: bool
    write: Callable[[float], str]
    """A value as its axis prints it."""

    @property
    def right(self) -> float:
        """The plot's right edge."""
        return self.left + self.width

    @property
    def foot(self) -> float:
        """The plot's lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Scale:
    """Ticks and the values at both ends of an axis."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value stands, 0 to 1."""
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def random_look(rng: random.Random) -> ChartLook:
    """A look in which tick labels stand at something: marks, gridlines or a frame."""
    has_grid, has_marks = rng.choice([(True, False), (False, True), (True, True)])
    return ChartLook(
        left=rng.uniform(110, 150),
        top=rng.uniform(120, 260),
        width=rng.uniform(250, 330),
        height=rng.uniform(140, 260),
        style=Style(rng.choice([6.5, 7.5, 8.0, 9.0, 10.0]), rng.choice(["helv", "tiro", "cour"])),
        has_grid=has_grid,
        has_marks=has_marks,
        has_frame=rng.random() < 0.3,
        write=rng.choice([_plain, _grouped, _percent, _dollars, _pounds]),
    )


def random_scale(rng: random.Random, *, from_zero: bool = True) -> Scale:
    """A linear axis of five to eight round ticks."""
    step = rng.choice(_STEPS) * 10 ** rng.choice([0, 0, 1, 2, 3])
    low = 0.0 if from_zero else step * rng.randint(-3, 20)
    ticks = tuple(low + step * i for i in range(rng.randint(5, 8)))
    return Scale(low, ticks[-1], ticks)


def log_scale(rng: random.Random) -> Scale:
    """A logarithmic axis of three to six powers of ten."""
    start = rng.randint(-1, 2)
    ticks = tuple(10.0**k for k in range(start, start + rng.randint(3, 6)))
    return Scale(ticks[0], ticks[-1], ticks, is_log=True)


def draw_value_axis(sheet: Sheet, look: ChartLook, scale: Scale, *, is_lying: bool = False) -> None:
    """Ticks at the left, or below where bars lie, with marks and gridlines as the look has them."""
    if look.has_frame:
        sheet.frame(look.left, look.top, look.right, look.foot, MUTED, 0.6)
    for tick in scale.ticks:
        label, size = look.write(tick), look.style.size_pt
        if is_lying:
            x = look.left + scale.share(tick) * look.width
            if look.has_grid:
                sheet.rule(x, look.top, x, look.foot, HAIRLINE, 0.5)
            if look.has_marks:
                sheet.rule(x, look.foot, x, look.foot + 4, INK, 0.6)
            sheet.text(x, look.foot + 7 + size, label, look.style, Align.CENTRE)
        else:
            y = look.foot - scale.share(tick) * look.height
            if look.has_grid:
                sheet.rule(look.left, y, look.right, y, HAIRLINE, 0.5)
            if look.has_marks:
                sheet.rule(look.left - 4, y, look.left, y, INK, 0.6)
            sheet.text(look.left - 7, y + 0.35 * size, label, look.style, Align.RIGHT)
    if is_lying:
        sheet.rule(look.left, look.top, look.left, look.foot, INK, 0.8)
    else:
        sheet.rule(look.left, look.foot, look.right, look.foot, INK, 0.8)


def draw_names(sheet: Sheet, look: ChartLook, names: Sequence[str], *, is_lying: bool = False) -> list[float]:
    """Names at even distances along the foot, or from the top down where bars lie; gives the middles in points."""
    step = (look.height if is_lying else look.width) / len(names)
    size = look.style.size_pt
    middles = [(look.top if is_lying else look.left) + (i + 0.5) * step for i in range(len(names))]
    for middle, name in zip(middles, names, strict=True):
        if is_lying:
            sheet.text(look.left - 7, middle + 0.35 * size, name, look.style, Align.RIGHT)
        else:
            sheet.text(middle, look.foot + 7 + size, name, look.style, Align.CENTRE)
    return middles


def draw_legend(sheet: Sheet, look: ChartLook, names: Sequence[str], *, in_row: bool) -> None:
    """A box of paint before every name, above the plot in a row or right of it in a column."""
    size = look.style.size_pt
    x, y = (look.left, look.top - 20) if in_row else (look.right + 14, look.top + size)
    for name, colour in zip(names, PALETTE, strict=False):
        sheet.fill(x, y - 0.7 * size, x + 0.8 * size, y + 0.1 * size, colour)
        sheet.text(x + 0.8 * size + 4, y, name, look.style)
        if in_row:
            x += 0.8 * size + 4 + text_width(name, look.style) + 16
        else:
            y += 1.6 * size


def _plain(value: float) -> str:
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _grouped(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _percent(value: float) -> str:
    return f"{_grouped(value)}%"


def _dollars(value: float) -> str:
    return f"-${_grouped(-value)}" if value < 0 else f"${_grouped(value)}"


def _pounds(value: float) -> str:
    return f"-\N{POUND SIGN}{_grouped(-value)}" if value < 0 else f"\N{POUND SIGN}{_grouped(value)}"
