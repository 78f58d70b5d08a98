"""Arithmetic that a model shows, done again: numbers, `+ - * /` and brackets, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

MAX_CHARACTERS = 1000
MAX_VALUE = 10**30
MAX_DEPTH = 30
"""Deepest nesting of brackets and signs."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?P<percent>\s?%)?|(?P<sign>[-+*/()]))\s*"
)
_SIGNS = str.maketrans({"\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2212": "-", "\u2013": "-", "[": "(", "]": ")"})
_MONEY = re.compile(r"[$€£¥₹]")


class NotArithmetic(ValueError):
    """The text is no expression, or has no value."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """An expression's value and what it was made of."""

    value: Fraction
    operands: tuple[Fraction, ...]
    """Its numbers, in order; `12 %` is one hundredth of 12, and 12 here."""
    divisors: tuple[Fraction, ...]
    """Those that something is divided by."""


def calculate(expression: str) -> Calculation:
    """Work an expression out, exactly.

    Raises:
        NotArithmetic: it is no expression of numbers, too long, too deep, or divides by zero.
    """
    if len(expression) > MAX_CHARACTERS:
        raise NotArithmetic(f"longer than {MAX_CHARACTERS} characters")
    parser = _Parser(_tokens(_MONEY.sub("", expression.translate(_SIGNS))))
    value = parser.sum(0)
    if parser.rest:
        raise NotArithmetic(f"unexpected {parser.rest[0]!r}")
    if abs(value) > MAX_VALUE:
        raise NotArithmetic("its value is beyond all measure")
    return Calculation(value, tuple(parser.operands), tuple(parser.divisors))


def _tokens(text: str) -> list[str]:
    found, end = [], 0
    while end < len(text):
        match = _TOKEN.match(text, end)
        if match is None:
            raise NotArithmetic(f"unexpected {text[end : end + 10]!r}")
        found.append(match["sign"] or match["number"].replace(",", "") + ("%" if match["percent"] else ""))
        end = match.end()
    return found


@dataclass
class _Parser:
    """Recursive descent: a sum of products of signed numbers and brackets."""

    rest: list[str]
    """Numbers and signs."""
    operands: list[Fraction] = field(default_factory=list)
    divisors: list[Fraction] = field(default_factory=list)

    def sum(self, depth: int) -> Fraction:
        value = self._product(depth)
        while self.rest and self.rest[0] in "+-":
            is_plus = self.rest.pop(0) == "+"
            other = self._product(depth)
            value = value + other if is_plus else value - other
        return value

    def _product(self, depth: int) -> Fraction:
        value = self._factor(depth)
        while self.rest and self.rest[0] in "*/":
            is_times = self.rest.pop(0) == "*"
            is_number = self.rest[:1] != ["("]
            other = self._factor(depth)
            if not is_times and is_number:
                self.divisors.append(other)
            if not is_times and other == 0:
                raise NotArithmetic("a division by zero")
            value = value * other if is_times else value / other
        return value

    def _factor(self, depth: int) -> Fraction:
        if depth > MAX_DEPTH:
            raise NotArithmetic("nested too deep")
        if not self.rest:
            raise NotArithmetic("it breaks off")
        word = self.rest.pop(0)
        if word in "+-":
            value = self._factor(depth + 1)
            return value if word == "+" else -value
        if word == "(":
            value = self.sum(depth + 1)
            if not self.rest or self.rest.pop(0) != ")":
                raise NotArithmetic("a bracket is not closed")
            return value
        if word in "*/)":
            raise NotArithmetic(f"unexpected {word!r}")
        number = Fraction(word.removesuffix("%"))
        self.operands.append(number)
        return number / 100 if word.endswith("%") else number
