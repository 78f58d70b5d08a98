"""What kind of answer a question wants, and where a text holds such a thing."""

from __future__ import annotations

import re
from enum import StrEnum


class AnswerType(StrEnum):
    """What an answer has to be."""

    DATE = "date"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    NAME = "name"
    """A person, organisation or place: words with capitals."""
    YES_NO = "yes_no"
    TEXT = "text"
    """Anything."""


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:\s?(?:thousand|million|billion|trillion|mn|bn|crores?|lakhs?)\b)?"
_CURRENCY = r"(?:US\$|[$€£¥₹]|\b(?:USD|EUR|GBP|INR|RM|CHF|Rs\.?)\b)"
_UNIT = r"(?:dollars|pounds|euros?|cents|pence|francs|yen|rupees|USD|EUR|GBP)"

_DATE = re.compile(
    rf"\b{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[\s,\-]*{_MONTH}[\s,\-]*(?:\d{{4}}|\d{{2}}\b)"
    rf"|\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b"
    rf"|\b\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b|\b\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}\b"
    rf"|\b{_DAY}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?![a-z])|\b{_MONTH}\s+\d{{4}}\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d{2}\b")
_MONEY = re.compile(
    rf"\(?[-\u2212]?{_CURRENCY}\s?\(?[-\u2212]?(?:{_FIGURE})\)?{_SCALE}|(?<![\w.])(?:{_FIGURE}){_SCALE}\s?{_UNIT}\b"
)
_PERCENT = re.compile(rf"\(?[-\u2212+]?(?:{_FIGURE})\)?\s?(?:%|per\s?cent\b|percentage points\b)", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![\w.,])\(?[-\u2212+]?(?:{_FIGURE})(?!\w|\s?%|\s?per\s?cent)\)?{_SCALE}")
_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir)\.?\s+)"
_TITLED = re.compile(_TITLE)
_CAPITAL = r"[^\W\d_a-z][\w'\u2019.&+\-]*"
_NAME = re.compile(rf"{_TITLE}?{_CAPITAL}(?:\s+(?:(?:of|and|de|van|von|the|for|&)\s+)?{_CAPITAL})*")
_NUMBER_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|sixteen|twenty|thirty|fifty)\b",
    re.IGNORECASE,
)

_PATTERNS: dict[AnswerType, tuple[re.Pattern[str], ...]] = {
    AnswerType.DATE: (_DATE, _YEAR),
    AnswerType.MONEY: (_MONEY, _NUMBER),
    AnswerType.PERCENT: (_PERCENT,),
    AnswerType.NUMBER: (_NUMBER, _NUMBER_WORDS),
    AnswerType.NAME: (_NAME,),
}
"""From the surest pattern to the loosest: a looser one is tried only where the surer ones find nothing."""

_ASKS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        AnswerType.PERCENT,
        re.compile(r"\b(?:percent(?:age)?|per cent|what (?:share|proportion|fraction)|(?:interest|tax|vat) rate|%)"),
    ),
    (
        AnswerType.DATE,
        re.compile(
            r"^(?:since |until |by )?when\b|\b(?:what|which)(?: is| was| were)?(?: the)?[\w' ]* (?:dates?|day)\b"
            r"|\b(?:what|which) (?:year|month|date|day)\b|\bdate of\b|\bdue date\b"
        ),
    ),
    (
        AnswerType.MONEY,
        re.compile(
            r"^how much (?:does|did|do|is|was|were|will|money|has|have|should|must)\b|\bprices?\b|\bcosts?\b|\bsalary\b"
            r"|\bfees?\b|\bamount (?:due|paid|owed)\b|\bwhat (?:is|was|are|were) (?:[\w'.,&\-]+ ){0,5}?(?:total|"
            r"subtotal|amount|balance|revenues?|sales|expenses?|income|profits?|assets|liabilities|budget|tax|vat|value|"
            r"provision|payments?|obligations?)\b"
        ),
    ),
    (
        AnswerType.NUMBER,
        re.compile(
            r"\bhow (?:many|much|long|old|large|big|far|high|often|tall|wide|deep|heavy)\b"
            r"|\b(?:total|average|mean|maximum|minimum|highest|lowest) number\b|\bnumber of\b"
        ),
    ),
    (
        AnswerType.NAME,
        re.compile(
            r"^(?:who|whom|whose|where)\b|\b(?:by|to|from) whom\b|\bwhat (?:is|was|are) the names? of\b|'s name\b"
            r"|\b(?:which|what) (?:company|person|city|country|organi[sz]ation|bank|state)\b"
        ),
    ),
)
_YES_NO = re.compile(r"^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|may|must)\b")
_CHOICE = re.compile(
    r"\b(?:before or after|after or before|(?:high|low|few|great|larg|small)er or \w+er|more or (?:less|fewer)|"
    r"gain or loss|loss or gain|increased? or decreased?|decreased? or increased?)\b"
)
_TYPE_TERMS: dict[AnswerType, frozenset[str]] = {
    AnswerType.DATE: frozenset({"date", "day", "year", "month", "time"}),
    AnswerType.MONEY: frozenset({"amount", "cost", "price", "money", "much", "valu", "sum"}),
    AnswerType.PERCENT: frozenset({"percent", "percentag", "share", "proport", "rate", "fraction"}),
    AnswerType.NUMBER: frozenset({"number", "mani", "count", "quantiti", "total"}),
    AnswerType.NAME: frozenset({"name", "person", "compani", "organ", "organis", "citi", "countri"}),
}


def wanted_type(question: str) -> AnswerType:
    """What kind of answer a question wants, by its question words."""
    asked = " ".join(question.casefold().split())
    if _YES_NO.match(asked) and not _CHOICE.search(asked):
        return AnswerType.YES_NO
    for answer_type, pattern in _ASKS:
        if pattern.search(asked):
            return answer_type
    return AnswerType.TEXT


def type_terms(answer_type: AnswerType) -> frozenset[str]:
    """Terms that an answer of this type says by itself: a date need not be called one."""
    return _TYPE_TERMS.get(answer_type, frozenset())


def typed_spans(text: str, answer_type: AnswerType) -> list[tuple[int, int]]:
    """Where `text` holds things of this type, as character ranges; the surest pattern that finds any decides."""
    for pattern in _PATTERNS.get(answer_type, ()):
        found = [match.span() for match in pattern.finditer(text) if pattern is not _NUMBER or not _is_year(match)]
        if found:
            return found
    return []


def _is_year(match: re.Match[str]) -> bool:
    return bool(_YEAR.fullmatch(match.group()))


def years(text: str) -> list[tuple[int, int]]:
    """Where `text` names years of our times, as character ranges."""
    return [match.span() for match in _YEAR.finditer(text)]


def has_title(name: str) -> bool:
    """Whether a name begins like `Mr` or `Dr`: a person's."""
    return bool(_TITLED.match(name))


def is_of_type(text: str, answer_type: AnswerType) -> bool:
    """Whether a short value, such as a cell's, is of this type; a bare number may be money or a percentage."""
    if answer_type is AnswerType.TEXT:
        return bool(text.strip())
    if answer_type is AnswerType.YES_NO:
        return text.strip(" .").casefold() in {"yes", "no"}
    if answer_type is AnswerType.NAME:
        return any(c.isalpha() for c in text)
    if answer_type in {AnswerType.MONEY, AnswerType.PERCENT, AnswerType.NUMBER}:
        figures = sum(c.isdigit() for c in text)
        return figures > 0 and figures * 2 >= sum(c.isalpha() for c in text)
    return bool(typed_spans(text, answer_type))
