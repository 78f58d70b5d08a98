"""Print to values: dates, numbers, booleans and choices, as a leaf of a schema wants them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz

from docai.query.extraction.schema import Leaf, name_words

_MONTHS = tuple(
    tuple(starts.split())
    for starts in (
        "jan ene gen", "feb fév fev", "mar mär mrt", "apr abr avr", "may mai mag mei", "jun juin giu", "jul juil lug",
        "aug ago aoû aou", "sep set", "oct okt ott out", "nov", "dec dic dez déc",
    )
)  # fmt: skip
"""How the months' names begin in English, German, French, Spanish, Italian, Dutch and Portuguese."""
_YEAR = r"(?P<y>(?:19|20)\d{2}|\d{2})(?!\d)"
_WORD = r"(?P<name>[^\W\d_]{3,12})\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<y>(?:19|20)\d{2})\s?[年./-]\s?(?P<m>\d{1,2})\s?[月./-]\s?(?P<d>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|º|\.)?(?:\s+day)?(?:\s+(?:of|de|di))?[\s,./-]*{_WORD}[\s,./-]*(?:de\s+|del\s+)?{_YEAR}",
        rf"(?<![^\W\d_]){_WORD}[\s-]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+{_YEAR}",
    )
)
_NUMERIC_DATE = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})\s?(?P<mark>[./-])\s?(?P<b>\d{1,2})\s?(?P=mark)\s?(?P<y>(?:19|20)\d{2}|\d{2})(?!\d)"
)
_NUMBER = re.compile(
    r"(?P<open>\()?\s?(?P<sign>[-\u2212\u2013+])?\s?(?:US|CA|A)?[$€£¥₹]?\s?(?P<sign2>[-\u2212])?"
    r"(?P<digits>\d{1,3}(?:[ \u00a0'\u2019]\d{3})+(?:[.,]\d{1,4})?|\d[\d.,]*\d|\d)(?P<after>\s?-(?!\s?[\w\d])|\s?\))?"
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|gov|edu|fr|de|es|it|nl|uk|eu)\b\S*",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
_LATIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_AMOUNT = re.compile(r"\s*(?:[$\u00a3\u20ac\u00a5]\s*[\d.,]+|[\d.,]+\s*[$\u00a3\u20ac\u00a5%])\s*$")
_SIGN_BEHIND = re.compile(r"\s?[$€£¥₹]")
_IDS = frozenset({"number", "no", "nr", "numero", "id"})
"""Words of names of things that are counted or told apart by an id, which is no amount of money and no share."""
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/\u2013]{6,18}\d")
_TRUE = frozenset({"yes", "true", "x", "y", "✓", "✔", "☒", "☑", "on", "checked", "si", "sí", "oui", "ja", "1"})
_FALSE = frozenset({"no", "false", "n", "☐", "off", "unchecked", "non", "nein", "0"})
_CHOICE_SIMILARITY = 85.0
"""Least similarity in percent (rapidfuzz's ratio of indels) at which print is taken for one of the choices."""
_ISO = re.compile(r"yyyy-mm-dd|iso[ -]?8601", re.IGNORECASE)
_MOST_DIGITS = 40
"""A longer run of digits is no quantity."""
_LEAST_SPACED, _MOST_SPACED = 3, 40
_MOST_CHARACTERS = 2000
"""A value is at the start of what is longer."""
_COMMA_DECIMALS = re.compile(r"\d,\d{2}(?!\d)")
_POINT_DECIMALS = re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?!\d)")
_POINT_GROUPS = re.compile(r"(?<!\d)\d{1,3}\.\d{3}(?!\d)")
_OFTEN = 5
"""So many numbers with three digits behind their points, and none with others: the points part thousands."""
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}


class Kind(StrEnum):
    """What a leaf's value looks like in print."""

    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CODE = "code"
    """A number or an id that is written as text: it has a digit."""
    MAIL = "mail"
    URL = "url"
    PHONE = "phone"
    CURRENCY = "currency"
    IBAN = "iban"
    AMOUNT = "amount"
    """Money that is written as text: its number and sign as printed."""
    TEXT = "text"


_BY_WORDS: tuple[tuple[Kind, frozenset[str]], ...] = tuple(
    (kind, frozenset(words))
    for kind, words in (
        (Kind.MAIL, ("email", "mail")),
        (Kind.IBAN, ("iban",)),
        (Kind.URL, ("url", "website", "web", "site")),
        (Kind.PHONE, ("phone", "telephone", "tel", "fax", "mobile")),
        (Kind.DATE, ("date", "day", "fecha", "datum", "birthday", "dob", "data")),
        (Kind.TIME, ("time", "hora", "uhrzeit")),
        (Kind.CURRENCY, ("currency", "moneda", "devise")),
        (Kind.CODE, ("number", "no", "nr", "numero", "id", "code", "ref", "reference", "account", "digits", "four")),
        (Kind.CODE, ("zip", "postal", "postcode", "sku", "ein", "tin", "vin", "isbn")),
    )
)
"""The words of names that tell what a value looks like; the first that is met decides."""
_MONEY = frozenset({"total", "subtotal", "amount", "price", "balance", "importe", "betrag", "montant"})
_ABOUT_MONEY = frozenset({"name", "description", "type", "method", "words", "status", "terms", "unit", "note", "notes"})
"""Beside a word of `_MONEY`, names of something that is said of it."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value with the part of the print that says it."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How a document writes what can be written in two ways."""

    day_first: bool = False
    comma_decimals: bool = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> Habits:
        """The habits of a document's print."""
        first = second = commas = points = grouped = 0
        for text in texts:
            for match in _NUMERIC_DATE.finditer(text):
                first += int(match["a"]) > 12 or match["mark"] == "."
                second += int(match["b"]) > 12
            commas += len(_COMMA_DECIMALS.findall(text))
            points += len(_POINT_DECIMALS.findall(text))
            grouped += len(_POINT_GROUPS.findall(text))
        is_grouped = grouped >= _OFTEN and not points
        return cls(
            day_first=first > second or (first == second and commas > points),
            comma_decimals=commas > points or is_grouped,
        )


def kind_of(leaf: Leaf) -> Kind:
    """What a leaf's value looks like, by its type, its format, and the words of its name."""
    if leaf.choices:
        return Kind.CHOICE
    if leaf.types & {"number", "integer"} and "string" not in leaf.types:
        return Kind.NUMBER
    if leaf.types == {"boolean"}:
        return Kind.BOOLEAN
    if leaf.format in {"date", "date-time"}:
        return Kind.DATE
    words = frozenset(name_words(leaf.name))
    # `dateTime` keeps both parts, so neither of them is looked for alone.
    if {"date", "time"} <= words or "datetime" in words:
        return Kind.CODE
    is_money = words & _MONEY and not words & _ABOUT_MONEY
    return next((kind for kind, said in _BY_WORDS if words & said), Kind.AMOUNT if is_money else Kind.TEXT)


def wants_iso(leaf: Leaf, around: str) -> bool:
    """Whether a date is to be given as `2026-01-31`; `around` is what the schema says of the whole."""
    return leaf.format in {"date", "date-time"} or bool(_ISO.search(f"{leaf.description} {around}"))


def read_value(leaf: Leaf, text: str, habits: Habits, *, is_iso: bool) -> Value | None:
    """What print says for a leaf; None where it says nothing of the kind."""
    if not _is_spaced(text):
        return _read(leaf, text[:_MOST_CHARACTERS], habits, is_iso=is_iso)
    found = _read(leaf, "".join(text.split()), habits, is_iso=is_iso)
    return found and Value(found.value, 0, len(text))


def _is_spaced(text: str) -> bool:
    """Whether blanks part the characters of one value, as `6 6 , 3 0 0` in print of fixed width."""
    parts = text.split()
    return _LEAST_SPACED <= len(parts) <= _MOST_SPACED and all(len(part) == 1 for part in parts)


def _read(leaf: Leaf, text: str, habits: Habits, *, is_iso: bool) -> Value | None:
    kind = kind_of(leaf)
    if kind is Kind.NUMBER:
        return _number_value(leaf, text, habits)
    if kind is Kind.DATE:
        return _date_value(text, habits, is_iso=is_iso)
    if kind is Kind.CHOICE:
        return _choice(leaf, text)
    if kind is Kind.BOOLEAN:
        return _boolean(text)
    if kind is Kind.CURRENCY:
        return _currency(text)
    if kind is Kind.AMOUNT:
        found = _number_value(leaf, text, habits)
        return found and _whole_of(text, found)
    pattern = {Kind.MAIL: _MAIL, Kind.URL: _URL, Kind.PHONE: _PHONE, Kind.TIME: _TIME, Kind.IBAN: _IBAN}.get(kind)
    if pattern is not None:
        match = pattern.search(text)
        return Value(match.group(), *match.span()) if match else None
    if kind is not Kind.CODE:
        return _whole(text)
    is_id = bool(_IDS & frozenset(name_words(leaf.name)))
    return None if is_id and _AMOUNT.match(text) else _code(text)


def _code(text: str) -> Value | None:
    """A value with a digit; of print in two scripts, the Latin part that has one."""
    latin = next((m for m in _LATIN.finditer(text) if any(c.isdigit() for c in m.group())), None)
    if latin is None or not _is_mixed(text):
        return _whole(text) if any(c.isdigit() for c in text) else None
    whole = _whole(latin.group())
    return whole and Value(whole.value, latin.start() + whole.start, latin.start() + whole.end)


def _is_mixed(text: str) -> bool:
    """Whether print holds letters that are written from right to left beside others."""
    return any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)


def _whole(text: str) -> Value | None:
    trimmed = text.strip(" \t:;,|\u2022\u00b7")
    if not any(c.isalnum() for c in trimmed):
        return None
    start = text.find(trimmed)
    return Value(trimmed, start, start + len(trimmed))


def _whole_of(text: str, found: Value) -> Value | None:
    """The print of an amount that was found in it, as it stands, with a sign of currency behind it."""
    behind = _SIGN_BEHIND.match(text, found.end)
    whole = _whole(text[found.start : behind.end() if behind else found.end])
    return whole and Value(whole.value, found.start + whole.start, found.start + whole.end)


def numbers(text: str, habits: Habits) -> list[Value]:
    """The numbers in print, in order."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"[ \u00a0'\u2019]", "", match["digits"])
        plain = _plain_number(digits.rstrip(".,"), habits)
        if plain is None:
            continue
        after = (match["after"] or "").strip()
        is_negative = match["sign"] in {"-", "\u2212"} or bool(match["sign2"]) or after == "-"
        is_negative = is_negative or bool(match["open"] and after == ")")
        found.append(Value(-plain if is_negative else plain, *match.span()))
    return found


def _plain_number(digits: str, habits: Habits) -> float | None:
    last_comma, last_point = digits.rfind(","), digits.rfind(".")
    if last_comma >= 0 and last_point >= 0:
        decimal = "," if last_comma > last_point else "."
    elif last_comma < 0 and last_point < 0:
        decimal = ""
    else:
        mark = "," if last_comma >= 0 else "."
        behind = len(digits) - 1 - max(last_comma, last_point)
        is_grouping = digits.count(mark) > 1 or (behind == 3 and (mark == ",") is not habits.comma_decimals)
        decimal = "" if is_grouping else mark
    whole, _, part = digits.rpartition(decimal) if decimal else (digits, "", "")
    if len(digits) > _MOST_DIGITS:
        return None
    return float(re.sub(r"[.,]", "", whole or "0") + (f".{part}" if part else ""))


def _number_value(leaf: Leaf, text: str, habits: Habits) -> Value | None:
    rest = _TIME.sub(lambda m: " " * len(m.group()), text)
    found = numbers(rest, habits)
    if not found or sum(c.isalpha() for c in text) > 40:
        return None
    # Of several numbers the one with decimals or a currency is the amount: `7% of 100.00` and `IVA 21% 14,05`.
    exact = [v for v in found if re.search(r"[.,]\d{2}\b|[$€£¥₹]", text[v.start : v.end + 1])]
    best = (exact or found)[-1] if exact else found[0]
    if leaf.types == {"integer"}:
        if best.value != int(best.value):
            return None
        return Value(int(best.value), best.start, best.end)
    return best


def dates(text: str, habits: Habits) -> list[tuple[date, int, int]]:
    """The dates in print, in order, as far as they are days of the calendar."""
    found: dict[int, tuple[date, int, int]] = {}
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = int(parts["m"]) if parts.get("m") else _month(parts.get("name") or "")
            _add_date(found, match, int(match["y"]), month, int(match["d"]))
    for match in _NUMERIC_DATE.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        is_day_first = a > 12 or (b <= 12 and (habits.day_first or match["mark"] == "."))
        _add_date(found, match, int(match["y"]), *((b, a) if is_day_first else (a, b)))
    return [found[start] for start in sorted(found)]


def _add_date(
    found: dict[int, tuple[date, int, int]], match: re.Match[str], year: int, month: int | None, day: int
) -> None:
    if month is None or any(start < match.end() and match.start() < end for _, start, end in found.values()):
        return
    century = 2000 if year < 70 else 1900
    try:
        found[match.start()] = (date(year if year > 99 else century + year, month, day), *match.span())
    except ValueError:
        return


def _month(name: str) -> int | None:
    folded = name.casefold()
    return next((n for n, starts in enumerate(_MONTHS, start=1) if folded.startswith(starts)), None)


def _date_value(text: str, habits: Habits, *, is_iso: bool) -> Value | None:
    found = dates(text, habits)
    if not found:
        return None
    day, start, end = found[0]
    return Value(day.isoformat() if is_iso else text[start:end], start, end)


def _choice(leaf: Leaf, text: str) -> Value | None:
    said = _folded(text)
    if not said:
        return None
    best, similarity = None, 0.0
    for choice in leaf.choices:
        wanted = _folded(" ".join(name_words(choice)) if isinstance(choice, str) else str(choice))
        score = 100.0 if wanted == said or wanted in said.split() else float(fuzz.ratio(wanted, said))
        if score > similarity:
            best, similarity = choice, score
    return Value(best, 0, len(text)) if similarity >= _CHOICE_SIMILARITY else None


def _boolean(text: str) -> Value | None:
    said = _folded(text)
    if said in _TRUE or text.strip() in _TRUE:
        return Value(True, 0, len(text))
    return Value(False, 0, len(text)) if said in _FALSE or text.strip() in _FALSE else None


def _currency(text: str) -> Value | None:
    match = re.search(r"\b(?:USD|EUR|GBP|CHF|JPY|INR|CAD|AUD|CNY|MYR|SGD|BRL|MXN|SAR|AED)\b", text)
    if match:
        return Value(match.group(), *match.span())
    return next((Value(code, text.find(s), text.find(s) + 1) for s, code in _CURRENCIES.items() if s in text), None)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))
