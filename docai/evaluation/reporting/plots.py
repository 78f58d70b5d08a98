"""Score against visual tokens per page as an SVG file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from docai.evaluation.reporting.budgets import BudgetPoint, Budgets

TICKS = (256, 576, 1024, 2048, 4096)
"""Visual tokens per page that the axis names."""
_WIDTH, _HEIGHT = 480, 300
_LEFT, _TOP, _BOTTOM, _RIGHT = 70, 52, 56, 24
_LINE = 18
"""Height of a line of the legend."""
_ASIDE = 6.0
"""Pixels between models at the same limit, so that their intervals do not cover one another."""
_INK, _GRID = "#21262f", "#d5d9de"
_SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""The palette of Okabe and Ito, "Color Universal Design" (2008); models beyond six begin anew."""


def budget_plot(budgets: Budgets) -> str:
    """A chart on a white ground: a point with its 95 % interval for each run with a limit, a line for each model.

    Runs without a limit are dashed lines across. The x axis is logarithmic.
    """
    models = list(dict.fromkeys(point.model for point in budgets.points))
    x_axis, y_axis = _x_range(budgets.points), _y_ticks(budgets.points)
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + _BOTTOM + _LINE * len(models)
    title = f"{budgets.dataset}, {budgets.split}: {budgets.n:,} samples"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="26" font-size="14" font-weight="bold">{escape(title)}</text>',
        *_axes(x_axis, y_axis, budgets.primary),
    ]
    for number, model in enumerate(models):
        colour = _SERIES[number % len(_SERIES)]
        of = [point for point in budgets.points if point.model == model]
        aside = _ASIDE * (number - (len(models) - 1) / 2)
        parts += _series(of, colour, aside, x_axis, (y_axis[0], y_axis[-1]))
        y = _TOP + _HEIGHT + _BOTTOM + _LINE * number
        parts.append(f'<circle cx="{_LEFT + 5}" cy="{y - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + 16}" y="{y}">{escape(model or "no vision-language model")}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _series(
    points: Sequence[BudgetPoint],
    colour: str,
    aside: float,
    x_axis: tuple[float, float],
    y_axis: tuple[float, float],
) -> Iterator[str]:
    placed = []
    for point in points:
        y = _down(point.primary.value, y_axis)
        if point.visual_tokens is None:
            yield (
                f'<path d="M{_LEFT} {y:.1f}H{_LEFT + _WIDTH}" stroke="{colour}" stroke-dasharray="5 4"/>'
                f'<text x="{_LEFT + 6}" y="{y - 5:.1f}">no limit</text>'
            )
            continue
        x = _across(point.visual_tokens, x_axis) + aside
        placed.append((x, y))
        if point.primary.low is not None and point.primary.high is not None:
            high, low = _down(point.primary.high, y_axis), _down(point.primary.low, y_axis)
            bar = f"M{x:.1f} {high:.1f}V{low:.1f}M{x - 5:.1f} {high:.1f}h10M{x - 5:.1f} {low:.1f}h10"
            yield f'<path d="{bar}" stroke="{colour}" stroke-width="1.5" fill="none"/>'
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"><title>{escape(point.name)}: '
            f"{point.primary.value:.4g} at {point.visual_tokens:,}</title></circle>"
        )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _axes(x_axis: tuple[float, float], y_ticks: Sequence[float], name: str) -> Iterator[str]:
    base, right = _TOP + _HEIGHT, _LEFT + _WIDTH
    for tick in TICKS:
        x = _across(tick, x_axis)
        yield f'<path d="M{x:.1f} {_TOP}V{base}" stroke="{_GRID}"/>'
        yield f'<text x="{x:.1f}" y="{base + 17}" text-anchor="middle">{tick}</text>'
    for value in y_ticks:
        y = _down(value, (y_ticks[0], y_ticks[-1]))
        yield f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{_GRID}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    middle = _LEFT + _WIDTH / 2
    yield f'<text x="{middle:.0f}" y="{base + 36}" text-anchor="middle">visual tokens per page, at most</text>'
    turned = f"translate(18 {_TOP + _HEIGHT / 2:.0f}) rotate(-90)"
    yield f'<text transform="{turned}" text-anchor="middle">{escape(name)}</text>'


def _x_range(points: Sequence[BudgetPoint]) -> tuple[float, float]:
    """The logarithms of the axis's ends: all ticks and all points, with some room."""
    given = [*TICKS, *(point.visual_tokens for point in points if point.visual_tokens)]
    return math.log(min(given)) - 0.15, math.log(max(given)) + 0.15


def _y_ticks(points: Sequence[BudgetPoint]) -> list[float]:
    """Round numbers, at most about six, around all points and their intervals."""
    ends = [
        end
        for point in points
        for end in (point.primary.value, point.primary.low, point.primary.high)
        if end is not None
    ]
    span = max(max(ends) - min(ends), 0.05)
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * 5 >= span)
    first, last = math.floor(min(ends) / step), math.ceil(max(ends) / step)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def _across(tokens: float, axis: tuple[float, float]) -> float:
    return _LEFT + _WIDTH * (math.log(tokens) - axis[0]) / (axis[1] - axis[0])


def _down(value: float, axis: tuple[float, float]) -> float:
    return _TOP + _HEIGHT * (axis[1] - value) / (axis[1] - axis[0])
