"""A printed number read as a number: sign, thousands and decimal marks, currency, percent or unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

_LONGEST = 48
"""Longer texts are no single number."""
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_MARKS = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00b7": ".", "\u066b": ".", "\u066c": ",", "\u00ad": ""})
_RAISED = re.compile(r"\d[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]")
"""A raised or lowered digit after a digit is a note or a power, never one more digit of the number."""
_NUMBER = re.compile(
    r"(?P<before>[-+])?\s*(?P<prefix>[^\W\d_]{1,3}\$?|\W)??\s*(?P<opened>\()?\s*(?P<within>[-+])?"
    r"\s*(?P<inner>[^\W\d_]{1,3}\$?|[^\W\d_]{0,2}[$\u20a0-\u20cf\u00a2-\u00a5])??\s*(?P<last>[-+])?\s*"
    r"(?P<body>\d(?:[\d.,'\s]*\d)?|[.,]\d+)(?P<power>[eE][-+]?\d{1,2})?"
    r"\s*(?P<unit>[^\d\s()*+-][^()*+]{0,11}?)??\s*(?P<closed>\))?\s*(?P<after>[^\d\s()*+-][^()*+]{0,11}?)??"
    r"(?P<behind>-)?(?P<notes>[*\u2020\u2021\u00a7\u00b6]*)"
)
_NO_DIGIT = re.compile(r"\D+")
_POWER = re.compile(r"\d[eE]")
_SPLIT = re.compile(r"([.,']|\s)")
_CODES = """
USD EUR GBP JPY CHF CNY RMB INR AUD CAD NZD SEK NOK DKK ISK PLN CZK HUF RON BGN RUB UAH TRY ILS ZAR BRL MXN ARS CLP COP
SGD HKD TWD KRW THB MYR IDR PHP VND AED SAR QAR EGP NGN KES
"""
"""ISO 4217 codes of currencies that documents name most."""
_SIGNS = """
$ $ US$ USD A$ AUD C$ CAD R$ BRL S$ SGD HK$ HKD NT$ TWD \u20ac EUR \u00a3 GBP \u00a5 JPY \u20b9 INR \u20a9 KRW
\u20bd RUB \u20ba TRY \u20b4 UAH \u20aa ILS \u00a2 \u00a2 Rs INR Fr. CHF SFr. CHF kr kr kr. kr z\u0142 PLN K\u010d CZK
Ft HUF RM MYR Rp IDR
"""
"""Signs of currencies, each before its code, or before itself where several currencies have it."""
_CURRENCIES = {code: code for code in _CODES.split()} | dict(
    zip(_SIGNS.split()[::2], _SIGNS.split()[1::2], strict=True)
)
_PERCENT = frozenset({"%", "percent", "per cent", "pct", "pct.", "prozent", "v.h.", "pour cent", "por ciento"})
_UNITS_PRINTED = """
\u2030 \u00b0 \u00b0C \u00b0F K m cm mm \u03bcm nm km in ft yd mi m2 m3 cm2 cm3 mm2 km2 ha ac sqm sqft l L ml mL cl dl
gal g mg \u03bcg kg t kt Mt lb lbs oz s ms \u03bcs min h hr hrs d day days wk yr yrs year years month months Hz kHz MHz
GHz V mV kV A mA W kW MW GW Wh kWh MWh GWh TWh J kJ MJ GJ cal kcal Pa kPa MPa bar psi N kN Nm mol mmol \u03a9 dB px pt
dpi B kB KB MB GB TB bit bp bps pp ppm ppb x k M m. mn mln bn tn mm. million millions billion billions trillion thousand
Mio Mio. Mrd Mrd. pcs pc pcs. km/h m/s m/s2 kg/m3 g/l mg/l mg/dl mmol/l g/cm3 t/ha
"""
_UNITS = frozenset(_UNITS_PRINTED.split())
"""Units as they are printed behind a number; with a short word that is none of these a text is no number."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is printed."""

    value: Fraction
    """As printed: 5 for `5 %` and for `5 million`."""
    decimals: int
    """Digits behind its decimal mark."""
    unit: str
    """ISO 4217 code of a currency where its sign says which, else its sign; `%`; another unit as printed; a currency
    and another unit, as in `EUR bn`; or empty."""
    is_percent: bool


@dataclass(frozen=True, slots=True)
class _Printed:
    """A text that is one number, in each way in which it can be read."""

    readings: tuple[Quantity, ...]
    notes: str
    """Asterisks and daggers behind it."""


def quantity_of(text: str) -> Quantity | None:
    """The number that a text is, as a whole; None where it is none, or more than one.

    `1,234` and `1 234` are thousands and `1.234` a decimal; `1,23` has a decimal comma; `(5)` and `5-` are negative.
    Runs of digits that begin with a zero, such as `007`, are names and not numbers.
    """
    printed = _printed(text)
    return printed.readings[0] if printed else None


def same_number(one: str, other: str) -> bool:
    """Whether two texts can be read as the same number of the same unit, such as `1.234,50 €` and `EUR 1,234.50`."""
    if max(len(one), len(other)) > _LONGEST:
        return False
    if _digits_of(one) != _digits_of(other) and not (_POWER.search(one) or _POWER.search(other)):
        return False  # most pairs, told without reading them
    first, second = _printed(one), _printed(other)
    if first is None or second is None or first.notes != second.notes:
        return False
    return any(a.value == b.value and a.unit == b.unit for a in first.readings for b in second.readings)


def _digits_of(text: str) -> str:
    """Digits without the zeros at both ends, which may be left out of a number."""
    digits = _NO_DIGIT.sub("", text)
    return (digits if digits.isascii() else "".join(str(unicodedata.decimal(c)) for c in digits)).strip("0")


@lru_cache(maxsize=4096)
def _printed(text: str) -> _Printed | None:
    if len(text) > _LONGEST or _RAISED.search(text) or not any(map(str.isdecimal, text)):
        return None
    found = _NUMBER.fullmatch(_plain(text))
    if found is None or bool(found["opened"]) != bool(found["closed"]):
        return None
    signs = [sign for name in ("before", "within", "last", "behind") if (sign := found[name])]
    unit = _unit_of([found["prefix"], found["inner"]], [found["unit"], found["after"]])
    if len(signs) + bool(found["opened"]) > 1 or unit is None:
        return None
    is_negative = "-" in signs or bool(found["opened"])
    readings = [
        Quantity(-value if is_negative else value, decimals, unit, unit == "%")
        for value, decimals in _numbers_of(found["body"], found["power"])
    ]
    return _Printed(tuple(readings), found["notes"]) if readings else None


def _plain(text: str) -> str:
    """One kind of dash, apostrophe, space and digit."""
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_DASHES).strip()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _unit_of(before: list[str | None], behind: list[str | None]) -> str | None:
    """A number's unit as it is compared, empty for none; None where what stands around it is no unit."""
    currencies = [_CURRENCIES.get(each.strip()) for each in before if each]
    others: list[str | None] = []
    for each in (each.strip() for each in behind if each):
        if each in _CURRENCIES:
            currencies.append(_CURRENCIES[each])
        else:
            others.append("%" if each.lower() in _PERCENT else each.replace("^", ""))
    if len(currencies) > 1 or len(others) > 1 or None in currencies or not set(others) <= _UNITS | {"%"}:
        return None
    if currencies and "%" in others:
        return None
    return " ".join(each for each in [*currencies, *others] if each)


def _numbers_of(body: str, power: str | None) -> list[tuple[Fraction, int]]:
    """Digits and marks as values with their decimals, in each way that the marks allow, the likeliest first."""
    pieces = _SPLIT.split(body)
    groups, marks = pieces[::2], pieces[1::2]
    found = []
    if _is_grouped(groups, marks):
        found.append(("".join(groups), ""))
    if marks and marks[-1] in ".," and marks[-1] not in marks[:-1] and _is_grouped(groups[:-1] or [""], marks[:-1]):
        found.append(("".join(groups[:-1]), groups[-1]))
    if len(found) > 1 and marks[-1] == ".":
        found.reverse()
    if power and (not marks and power[1] not in "+-"):
        return []  # `1E5` is a name
    exponent = int(power[1:]) if power else 0
    return [
        (Fraction(int(whole + part), 10 ** len(part)) * Fraction(10) ** exponent, max(0, len(part) - exponent))
        for whole, part in found
    ]


def _is_grouped(groups: list[str], marks: list[str]) -> bool:
    """Whether groups of digits are one whole number: in threes, or as in India in twos before the last three."""
    first = groups[0]
    if not marks:
        return not first.startswith("0") or first == "0"
    if len(set(marks)) > 1 or not 1 <= len(first) <= 3 or first.startswith("0") or len(groups[-1]) != 3:
        return False
    sizes = {len(group) for group in groups[1:-1]}
    return sizes <= {3} or (sizes == {2} and marks[0] == "," and len(first) <= 2)
