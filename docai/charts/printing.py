"""Values read from a drawing to text, as an axis prints its own."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docai.charts.axis_fit import Fit
from docai.charts.labels import number_of
from docai.domain.charts import AxisScale
from docai.grounding.numbers import quantity_of

_RESOLUTION_PT = 0.25
"""A value is read no finer than this: what is drawn is rounded, and a hairline is as wide."""
_DIGITS = 4
"""Significant digits on a logarithmic axis."""
_PARTS = re.compile(r"(?P<before>\D*?)[-\u2212\u2013]?(?P<body>\d(?:[\d.,\s']*\d)?)(?P<behind>\D*)")


@dataclass(frozen=True, slots=True)
class AxisPrint:
    """How an axis prints values, and how finely they can be read on it."""

    fit: Fit
    before: str = ""
    behind: str = ""
    thousands: str = ""
    decimal_mark: str = "."

    def decimals(self, value: float) -> int:
        """Digits behind the decimal mark that the drawing tells of a value."""
        step = abs(self.fit.slope) * _RESOLUTION_PT
        if self.fit.scale is AxisScale.LOG:
            step = abs(value) * max(10**step - 1, 10.0**-_DIGITS)
        return max(0, math.ceil(-math.log10(step))) if step > 0 else 0

    def rounded(self, value: float) -> float:
        """The value as far as it can be told; no zero is negative."""
        return round(value, self.decimals(value)) + 0.0

    def text(self, value: float) -> str:
        """The value as the axis would print it."""
        digits = f"{abs(value):,.{self.decimals(value)}f}"
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        whole, _, part = digits.partition(".")
        body = whole.replace(",", self.thousands) + (self.decimal_mark + part if part else "")
        sign = "-" if value < 0 and body.strip("0.,") else ""
        return f"{sign}{self.before}{body}{self.behind}"


def axis_print(fit: Fit, ticks: Sequence[str]) -> AxisPrint:
    """How the axis with these tick labels prints."""
    parts = [found for tick in ticks if (found := _PARTS.fullmatch(tick.strip()))]
    if len(parts) < len(ticks):
        return AxisPrint(fit)
    before = Counter(found["before"] for found in parts).most_common(1)[0][0]
    behind = Counter(found["behind"] for found in parts).most_common(1)[0][0]
    thousands = next((mark for found in parts if (mark := _thousands(found["body"]))), "")
    has_comma = thousands != "," and any("," in found["body"] for found in parts)
    return AxisPrint(fit, before, behind, thousands, "," if has_comma or thousands == "." else ".")


def unit_of(ticks: Sequence[str]) -> str:
    """The unit that most tick labels have; zero often has none."""
    units = Counter(quantity.unit for tick in ticks if (quantity := quantity_of(tick)) and quantity.unit)
    unit, count = units.most_common(1)[0] if units else ("", 0)
    return unit if 2 * count > len(ticks) else ""


def tick_number(text: str) -> float:
    """The number of a tick label.

    Raises:
        ValueError: it is none.
    """
    number = number_of(text)
    if number is None:
        raise ValueError(f"no number: {text!r}")
    return number


def _thousands(body: str) -> str:
    """The mark between groups of three digits where the number can be read in no other way."""
    quantity = quantity_of(body)
    if quantity is None or quantity.decimals or not (found := re.search(r"\d([.,'\s])\d{3}(?!\d)", body)):
        return ""
    return found[1]
