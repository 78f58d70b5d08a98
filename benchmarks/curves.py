"""Line charts side by side as an SVG file: one for each measure, with a line for each series."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#0a5666", "#d97833", "#0a5666", "#d97833")
DASHES = ("", "", "6 4", "6 4")
"""Of the first, second, third and fourth series: two pairs, told apart by colour and by dashes."""
_PANEL, _HEIGHT, _LEFT, _TOP, _BOTTOM = 430, 330, 58, 46, 64
_INK, _GRID = "#21262f", "#d5d9de"


@dataclass(frozen=True)
class Chart:
    """One measure: for each series its points, and which values the axis names."""

    title: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    """Name to (x, y); x above 0, on a logarithmic axis."""
    ticks: Sequence[float]
    """Of the y axis, ascending; its ends are the chart's."""
    line: float | None = None
    """A bound to be drawn across."""


def svg(charts: Sequence[Chart], x_label: str, x_ticks: Sequence[int]) -> str:
    """The charts in one picture, on a white ground so that it can be read on a dark page."""
    width = _PANEL * len(charts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<rect width="{width}" height="{_HEIGHT}" fill="white"/>',
    ]
    for i, chart in enumerate(charts):
        parts += [f'<g transform="translate({i * _PANEL} 0)">', *_panel(chart, x_label, x_ticks), "</g>"]
    names = list(dict.fromkeys(name for chart in charts for name in chart.series))
    for i, name in enumerate(names):
        x = _LEFT + i * (width - _LEFT) / len(names)
        parts.append(f'<path d="M{x:.0f} {_HEIGHT - 14}h28" {_stroke(i)}/>')
        parts.append(f'<text x="{x + 34:.0f}" y="{_HEIGHT - 10}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(chart: Chart, x_label: str, x_ticks: Sequence[int]) -> list[str]:
    right, base = _PANEL - 22, _HEIGHT - _BOTTOM

    def across(x: float) -> float:
        low, high = math.log(x_ticks[0]), math.log(x_ticks[-1])
        return _LEFT + (right - _LEFT) * (math.log(x) - low) / (high - low)

    def down(y: float) -> float:
        low, high = chart.ticks[0], chart.ticks[-1]
        return base - (base - _TOP) * (min(max(y, low), high) - low) / (high - low)

    parts = [f'<text x="{_LEFT}" y="24" font-size="14" font-weight="bold">{escape(chart.title)}</text>']
    for y in chart.ticks:
        parts.append(f'<path d="M{_LEFT} {down(y):.1f}H{right}" stroke="{_GRID}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{down(y) + 4:.1f}" text-anchor="end">{y:g}</text>')
    for x in x_ticks:
        parts.append(f'<text x="{across(x):.1f}" y="{base + 17}" text-anchor="middle">{x:,}</text>')
    parts.append(f'<text x="{(_LEFT + right) / 2:.0f}" y="{base + 34}" text-anchor="middle">{escape(x_label)}</text>')
    if chart.line is not None:
        parts.append(f'<path d="M{_LEFT} {down(chart.line):.1f}H{right}" stroke="{_INK}" stroke-dasharray="1 3"/>')
        parts.append(f'<text x="{right}" y="{down(chart.line) + 13:.1f}" text-anchor="end">{chart.line:g}</text>')
    for i, points in enumerate(chart.series.values()):
        place = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{place}" {_stroke(i)}/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="2.6" fill="{COLOURS[i]}"/>' for x, y in points]
    return parts


def _stroke(i: int) -> str:
    dash = f' stroke-dasharray="{DASHES[i]}"' if DASHES[i] else ""
    return f'fill="none" stroke="{COLOURS[i]}" stroke-width="2"{dash}'
