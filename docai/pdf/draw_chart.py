"""Draw charts whose values are known: bars, lines, dots and pies, on linear and logarithmic axes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docai.domain.charts import Chart, ChartKind, DataPoint, Series
from docai.pdf.draw_chart_axes import (
    PALETTE,
    ChartLook,
    Scale,
    draw_legend,
    draw_names,
    draw_value_axis,
    log_scale,
    random_look,
    random_scale,
)
from docai.pdf.draw_sheet import Sheet, Style, finished, new_pdf, text_width

_REGIONS = ("North", "South", "East", "West", "Coast", "Hills", "Isles", "Plain")
_NAMES = ("Solar", "Wind", "Hydro", "Biogas")
_DOT = 2.5
_PIE_RANGE = Scale(0.0, 100.0, (0.0, 100.0))


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A page with one chart and what it says."""

    pdf: bytes
    chart: Chart
    """The truth: series, categories and values as they were drawn."""
    scale: Scale
    """Its value axis; of a pie, from 0 to 100 percent."""


def draw_chart(kind: str, seed: int) -> DrawnChart:
    """A chart of a kind, one of `KINDS`, the same for the same seed."""
    rng = random.Random(f"{kind} {seed}")  # noqa: S311 -- repeatable, not secret
    pdf = new_pdf()
    sheet = Sheet(pdf[0], number=1)
    chart, scale = KINDS[kind](sheet, random_look(rng), rng)
    text = "The figure shows what was measured over the year, for every part of the country that reported."
    sheet.paragraph(72, 640, 420, text, Style(10.5, "tiro"))
    return DrawnChart(finished(pdf, f"{kind}.pdf", [sheet]).pdf, chart, scale)


def _bars(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=1)


def _grouped(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=rng.randint(2, 4))


def _stacked(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=rng.randint(2, 4), is_stacked=True)


def _lying(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=1, is_lying=True)


def _lying_groups(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=rng.randint(2, 3), is_lying=True)


def _log_bars(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _bar_chart(sheet, look, rng, n_series=1, scale=log_scale(rng))


def _bar_chart(
    sheet: Sheet,
    look: ChartLook,
    rng: random.Random,
    *,
    n_series: int,
    is_stacked: bool = False,
    is_lying: bool = False,
    scale: Scale | None = None,
) -> tuple[Chart, Scale]:
    scale = scale or random_scale(rng)
    categories = _REGIONS[: rng.randint(3, 6)]
    draw_value_axis(sheet, look, scale, is_lying=is_lying)
    middles = draw_names(sheet, look, categories, is_lying=is_lying)
    step = (look.height if is_lying else look.width) / len(categories)
    most = 1 / n_series if is_stacked else 1.0
    values = [[_value(rng, scale, most) for _ in categories] for _ in range(n_series)]
    width = 0.7 * step / (1 if is_stacked else n_series)
    for c, middle in enumerate(middles):
        reached = scale.low
        for s in range(n_series):
            start = middle - 0.35 * step + (0.0 if is_stacked else s * width)
            end = reached + values[s][c] if is_stacked else values[s][c]
            _draw_bar(sheet, look, scale, (start, start + width), (reached, end), PALETTE[s], is_lying=is_lying)
            reached = end if is_stacked else scale.low
    names = _NAMES[:n_series] if n_series > 1 else ("",)
    if n_series > 1:
        draw_legend(sheet, look, names, in_row=rng.random() < 0.5)
    return _truth(ChartKind.BAR, names, categories, values), scale


def _draw_bar(
    sheet: Sheet,
    look: ChartLook,
    scale: Scale,
    across: tuple[float, float],
    values: tuple[float, float],
    colour: tuple[float, float, float],
    *,
    is_lying: bool,
) -> None:
    low, high = (scale.share(value) for value in values)
    if is_lying:
        sheet.fill(look.left + low * look.width, across[0], look.left + high * look.width, across[1], colour)
    else:
        sheet.fill(across[0], look.foot - high * look.height, across[1], look.foot - low * look.height, colour)


def _lines(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _line_chart(sheet, look, rng, random_scale(rng, from_zero=False))


def _log_lines(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    return _line_chart(sheet, look, rng, log_scale(rng))


def _line_chart(sheet: Sheet, look: ChartLook, rng: random.Random, scale: Scale) -> tuple[Chart, Scale]:
    categories = rng.choice([_REGIONS[:6], tuple(str(2015 + i) for i in range(7)), ("Q1", "Q2", "Q3", "Q4")])
    draw_value_axis(sheet, look, scale)
    middles = draw_names(sheet, look, categories)
    n_series = rng.randint(1, 4)
    values = [[_value(rng, scale, 1.0) for _ in categories] for _ in range(n_series)]
    has_dots = rng.random() < 0.5
    for s, row in enumerate(values):
        corners = [(x, look.foot - scale.share(value) * look.height) for x, value in zip(middles, row, strict=True)]
        sheet.page.draw_polyline(corners, color=PALETTE[s], width=1.2)
        for x, y in corners if has_dots else ():
            sheet.page.draw_circle((x, y), _DOT, color=PALETTE[s], fill=PALETTE[s], width=0.5)
    names = _NAMES[:n_series] if n_series > 1 else ("",)
    if n_series > 1:
        draw_legend(sheet, look, names, in_row=rng.random() < 0.5)
    return _truth(ChartKind.LINE, names, categories, values), scale


def _dots(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    scale, across = random_scale(rng, from_zero=False), random_scale(rng)
    draw_value_axis(sheet, look, scale)
    for tick in across.ticks:
        x = look.left + across.share(tick) * look.width
        sheet.page.draw_line((x, look.foot), (x, look.foot + 4), width=0.6)
        width = text_width(f"{tick:g}", look.style)
        sheet.text(x - width / 2, look.foot + 7 + look.style.size_pt, f"{tick:g}", look.style)
    n_series = rng.randint(1, 3)
    series = []
    names = _NAMES[:n_series] if n_series > 1 else ("",)
    for s, name in enumerate(names):
        points = []
        for _ in range(rng.randint(5, 15)):
            x, y = _value(rng, across, 1.0), _value(rng, scale, 1.0)
            at = (look.left + across.share(x) * look.width, look.foot - scale.share(y) * look.height)
            sheet.page.draw_circle(at, _DOT, color=None, fill=PALETTE[s])
            points.append(DataPoint(category=f"{x:g}", text=f"{y:g}", value=y))
        series.append(Series(name=name, points=tuple(points)))
    if n_series > 1:
        draw_legend(sheet, look, names, in_row=False)
    return Chart(kind=ChartKind.SCATTER, series=tuple(series)), scale


def _pie(sheet: Sheet, look: ChartLook, rng: random.Random) -> tuple[Chart, Scale]:
    """Slices from twelve o'clock on, named by a legend or by labels around them."""
    names = _REGIONS[: rng.randint(3, 7)]
    weights = [rng.uniform(4, 30) for _ in names]
    shares = [100 * weight / sum(weights) for weight in weights]
    radius = min(look.width, look.height) / 2.6
    centre = (look.left + look.width / 2, look.top + look.height / 2)
    has_legend = rng.random() < 0.5
    turned = 0.0
    for share, name, colour in zip(shares, names, PALETTE, strict=False):
        _draw_slice(sheet, centre, radius, (turned, turned + share), colour)
        middle = turned + share / 2
        if not has_legend:
            width = text_width(name, look.style)
            x, y = centre[0] + 1.3 * radius * _sin(middle), centre[1] - 1.2 * radius * _cos(middle)
            sheet.text(x - width / 2, y, name, look.style)
        turned += share
    if has_legend:
        draw_legend(sheet, look, names, in_row=False)
    return _truth(ChartKind.PIE, ("",), names, [shares]), _PIE_RANGE


def _draw_slice(
    sheet: Sheet,
    centre: tuple[float, float],
    radius: float,
    shares: tuple[float, float],
    colour: tuple[float, float, float],
) -> None:
    """A slice in one stroke: out to the rim, along it in arcs of less than a quarter turn, and back."""
    first, last = shares
    n_arcs = math.ceil((last - first) / 20)
    turns = [first + (last - first) * i / n_arcs for i in range(n_arcs + 1)]
    reach = 4 / 3 * math.tan(math.tau * (turns[1] - turns[0]) / 400)
    shape = sheet.page.new_shape()
    rim = [(centre[0] + radius * _sin(turn), centre[1] - radius * _cos(turn)) for turn in turns]
    shape.draw_line(centre, rim[0])
    for k in range(n_arcs):
        (x0, y0), (x1, y1) = rim[k], rim[k + 1]
        out = (x0 + reach * (centre[1] - y0), y0 + reach * (x0 - centre[0]))
        back = (x1 - reach * (centre[1] - y1), y1 - reach * (x1 - centre[0]))
        shape.draw_bezier(rim[k], out, back, rim[k + 1])
    shape.draw_line(rim[-1], centre)
    shape.finish(color=None, fill=colour)
    shape.commit()


def _sin(share: float) -> float:
    return math.sin(math.tau * share / 100)


def _cos(share: float) -> float:
    return math.cos(math.tau * share / 100)


def _value(rng: random.Random, scale: Scale, most: float) -> float:
    """A value on the axis, at a place from near its foot to `most` of its length, of at most four digits."""
    share = rng.uniform(0.05, 0.97 * most)
    if scale.is_log:
        return float(f"{scale.low * (scale.high / scale.low) ** share:.4g}")
    return float(f"{scale.low + share * (scale.high - scale.low):.4g}")


def _truth(
    kind: ChartKind, names: Sequence[str], categories: Sequence[str], values: Sequence[Sequence[float]]
) -> Chart:
    series = tuple(
        Series(
            name=name,
            points=tuple(
                DataPoint(category=category, text=f"{value:g}", value=value)
                for category, value in zip(categories, row, strict=True)
            ),
        )
        for name, row in zip(names, values, strict=True)
    )
    return Chart(kind=kind, series=series)


KINDS: dict[str, Callable[[Sheet, ChartLook, random.Random], tuple[Chart, Scale]]] = {
    "bars": _bars,
    "grouped": _grouped,
    "stacked": _stacked,
    "lying": _lying,
    "lying_groups": _lying_groups,
    "log_bars": _log_bars,
    "lines": _lines,
    "log_lines": _log_lines,
    "dots": _dots,
    "pie": _pie,
}
"""What draws a chart of each kind."""
