"""Small SVG drawings within a report: a figure as a bar with its interval, a difference about zero, a distribution."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 160, 14
_BIN, _TALL = 34, 90


def bar(value: float, low: float | None, high: float | None) -> str:
    """A figure between 0 and 1 with its interval; nothing for figures of another scale."""
    if not 0.0 <= min(value, value if low is None else low) <= max(value, value if high is None else high) <= 1.0:
        return ""
    return _drawn([_rectangle(0.0, value), *_whisker(low, high)])


def offset(value: float, low: float | None, high: float | None, most: float) -> str:
    """A difference as a bar from zero, which is in the middle, with its interval.

    Args:
        value: The difference.
        low: Of its interval; None where there is none.
        high: The same.
        most: What the drawing's half is wide, in the difference's unit; above zero.
    """
    place = [None if each is None else _unit(0.5 + each / most / 2.0) for each in (value, low, high)]
    middle = f'<path d="M{_WIDTH / 2} 0V{_HEIGHT}" stroke="var(--quiet)"/>'
    return _drawn([_rectangle(*sorted((0.5, place[0] or 0.0))), *_whisker(place[1], place[2]), middle])


def distribution(counts: Sequence[int]) -> str:
    """Columns for bins of equal width from 0 to 1, each with its number above and its lower end below."""
    width, most = len(counts) * _BIN, max(*counts, 1)
    parts = []
    for number, count in enumerate(counts):
        height = _TALL * count / most
        left, top = number * _BIN, 18 + _TALL - height
        parts.append(
            f'<rect x="{left + 2}" y="{top:.1f}" width="{_BIN - 4}" height="{height:.1f}" fill="var(--mark)"/>'
            f'<text x="{left + _BIN / 2:.0f}" y="{top - 4:.1f}" text-anchor="middle">{count:,}</text>'
            f'<text x="{left + 2}" y="{18 + _TALL + 14}">{number / len(counts):g}</text>'
        )
    return (
        f'<svg viewBox="0 0 {width} {18 + _TALL + 18}" width="{width}" role="img" aria-label="Items by score" '
        f'font-size="10" fill="currentColor">{"".join(parts)}</svg>'
    )


def _drawn(parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="var(--line)" opacity="0.4"/>{"".join(parts)}</svg>'
    )


def _rectangle(start: float, end: float) -> str:
    """From one place to another, 0 to 1."""
    return (
        f'<rect x="{start * _WIDTH:.1f}" y="3" width="{(end - start) * _WIDTH:.1f}" height="{_HEIGHT - 6}" '
        'fill="var(--mark)"/>'
    )


def _whisker(low: float | None, high: float | None) -> list[str]:
    if low is None or high is None:
        return []
    left, right = low * _WIDTH, high * _WIDTH
    ends = f"M{left:.1f} 2V{_HEIGHT - 2}M{right:.1f} 2V{_HEIGHT - 2}M{left:.1f} {_HEIGHT / 2}H{right:.1f}"
    return [f'<path d="{ends}" stroke="currentColor" stroke-width="1.5" fill="none"/>']


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
