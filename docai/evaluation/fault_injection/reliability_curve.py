"""A reliability curve as an SVG file: how sure values were against how many of them were right."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from docai.evaluation.fault_injection.figures import Calibration

_SIDE, _LEFT, _TOP, _BOTTOM = 300, 62, 46, 62
_GAP = 74
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_INK, _GRID, _MARK = "#21262f", "#d5d9de", "#0a5666"
_SMALLEST, _LARGEST = 2.5, 7.0
"""Radii of the bins with the fewest and the most values, pixels."""


def reliability_curve(calibrations: Sequence[Calibration]) -> str:
    """Charts side by side on a white ground, one for each calibration: a point for each bin, beside the diagonal."""
    width = _LEFT + len(calibrations) * (_SIDE + _GAP)
    height = _TOP + _SIDE + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, calibration in enumerate(calibrations):
        parts += [f'<g transform="translate({number * (_SIDE + _GAP)} 0)">', *_panel(calibration), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(calibration: Calibration) -> list[str]:
    base, right = _TOP + _SIDE, _LEFT + _SIDE
    title = f"{calibration.source}: {calibration.n:,} values, error {calibration.ece:.3f}"
    parts = [f'<text x="{_LEFT}" y="26" font-size="14" font-weight="bold">{escape(title)}</text>']
    for tick in _TICKS:
        x, y = _place(tick, tick)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}M{x:.1f} {_TOP}V{base}" stroke="{_GRID}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
        parts.append(f'<text x="{x:.1f}" y="{base + 17}" text-anchor="middle">{tick:g}</text>')
    middle = _LEFT + _SIDE / 2
    parts.append(f'<text x="{middle:.0f}" y="{base + 36}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text transform="translate(22 {_TOP + _SIDE / 2:.0f}) rotate(-90)" text-anchor="middle">share right</text>'
    )
    parts.append(f'<path d="M{_LEFT} {base}L{right} {_TOP}" stroke="{_INK}" stroke-dasharray="1 3"/>')
    points = [(*_place(sure, share), n) for sure, share, n in calibration.bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_MARK}" stroke-width="2"/>')
    most = max((n for *_, n in points), default=1)
    for x, y, n in points:
        radius = _SMALLEST + (_LARGEST - _SMALLEST) * (n / most) ** 0.5
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_MARK}"/>')
    return parts


def _place(sure: float, share: float) -> tuple[float, float]:
    """A confidence and a share, 0 to 1, as pixels from the left and from the top."""
    return _LEFT + _SIDE * sure, _TOP + _SIDE * (1 - share)
