"""What documents say without a label: who is named at the top, the currency, and how agreements word their terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.domain.parses import BlockKind
from docai.query.extract_passages import Passage
from docai.query.extraction.labels import label_terms
from docai.query.extraction.pairs import Sheet
from docai.query.extraction.rows import Read
from docai.query.extraction.schema import Leaf, name_words
from docai.query.extraction.values import Habits, Kind, Value, dates, kind_of, read_value

_SURE, _LIKELY, _GUESSED = 0.85, 0.7, 0.6
"""How sure a wording is: one that means nothing else, one that often means it, the nearest there is."""
_FIRST_PAGES = 2
_LEAST_NAME, _MOST_NAME = 3, 80

_FORM = r"(?i:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|L\.?P|LLP|N\.A|Co|Company|GmbH|S\.A|PLC)\b\.?"
_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+)?(?:between|among)\b[:\s]*(?P<one>.{3,400}?)[\s,;)]+and\s+(?:between\s+)?(?P<other>.{3,200})",
    re.DOTALL,
)
_NAME_END = re.compile(
    rf",?\s*[(\[\"\u201c]|,(?!\s*{_FORM})"
    r"|\s+(?:an?\s+(?=[A-Z]?\w+\s)|with\s|whose\s|having\s|located\s|organi[sz]ed\s|residing\s|hereinafter|"
    r"hereafter|and\s+its\s|acting\s|for\s+the\s|on\s+behalf|d/b/a\b|before\s|is\s|are\s)"
    r"|(?<!\b[A-Z])(?<!\bInc)(?<!\bINC)(?<!\bCorp)(?<!\bCo)(?<!\bLtd)(?<!\bL\.P)(?<!\bL\.L\.C)\.\s|;|\bWHEREAS\b"
)
_BEFORE_FORM = re.compile(rf",\s*(?={_FORM})")
_ARTICLE = re.compile(r"^(?:the\s+undersigned\s*,?\s*|\(?[a-z0-9i]{1,3}\)\s*)", re.IGNORECASE)
_MADE = re.compile(
    r"\b(?:effective(?:\s+date)?|dated|as\s+of|entered\s+into|made|executed)\b[^.;]{0,60}$", re.IGNORECASE
)
_LAW = re.compile(
    r"\b(?:laws?|jurisdiction|courts?)\s+(?:of|in|for)\s+(?:the\s+)?"
    r"(?P<kind>(?:State|Commonwealth|Province|Republic|Kingdom)\s+of\s+)?(?:the\s+)?"
    r"(?P<name>[A-Z][A-Za-z]+(?:\s(?:[A-Z][a-z]+|[A-Z]{3,}))*)"
)
_LAW_OF = re.compile(
    r"\b(?:governed\s+by|under|with|subject\s+to)\s+(?:the\s+)?(?P<name>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\s+law\b"
)
_GOVERNED = re.compile(r"govern|constru|interpret|enforc", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"^(?:United States|State|This|Agreement|Court|Confidential|Law|Any|Such|Competent|The|Either|Equity)\b"
)
_COUNTS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
]
_COUNTS_BY_WORD = {word: n for n, word in enumerate(_COUNTS, start=1)} | {"twenty": 20, "twenty-four": 24, "thirty": 30}
_COUNT = "|".join(sorted(_COUNTS_BY_WORD, key=len, reverse=True))
_TERM = re.compile(
    rf"\b(?P<n>\d{{1,3}}|{_COUNT})\s*(?:\(\s*(?P<digits>\d{{1,3}})\s*\))?[\s-]+(?P<unit>year|month|day)s?\b",
    re.IGNORECASE,
)
_TERM_NEAR = re.compile(
    r"\bterm\b|\bterminat|\bexpir|\bperiod\b|\bin\s+effect|\bsurviv|\bremain|\bcontinu|\bduration|\banniversary",
    re.IGNORECASE,
)
_TERM_FAR = re.compile(
    r"solicit|\bhire\b|employ(?!ees\s+and\s+agents)|\bnotice\b|\bwithin\b|purchase|acquir|standstill|copies|destroy|return",
    re.IGNORECASE,
)
_ISSUER = frozenset({"seller", "employer", "store", "restaurant", "bank", "carrier", "insurer", "sender", "organ"})
_OF_THE_WHOLE = frozenset({"date", "invoic", "invoice", "receipt", "transact", "issu", "document", "purchas"})
"""Terms of a date that is the whole document's, which need not say what it is."""
_TOP_LINES, _MOST_ADDRESS_LINES = 8, 5
_COMPANY = re.compile(
    r"\b(?:sdn\.?\s*bhd|bhd|inc|llc|ltd|limited|gmbh|corp|corporation|company|b\.v|s\.a|s\.r\.l|plc|enterprise|trading)\b",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"\s*\(?(?:co\.?\s*)?(?:reg\.?|no\.?|roc)?[\s:.]*\d{5,}", re.IGNORECASE)
_NO_ADDRESS = re.compile(
    r"\b(?:tel|phone|fax|gst|vat|tax|reg|invoice|receipt|bill|date|time|cash|table|page|order|member)\b|@|www\.|:|\d{9,}"
    r"|\(\d{5,}|^\W*$|\d\.\d{2}\b|\d{3}-?\d{3,4}[- ]?\d{4}",
    re.IGNORECASE,
)
_NAMING = frozenset({"name", "brand", "trade", "legal"})
_NO_NAME = re.compile(
    r"\b(?:invoice|receipt|statement|page|tel|phone|fax|gst|tax|date|order|bill|copy|original|welcome|thank|declaration|report)\b"
    r"|\d{3,}|@|www\.|:$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Text:
    """All words of a page as one text."""

    sheet: Sheet
    passage: Passage

    def read(self, value: object, start: int, end: int, confidence: float) -> Read:
        """A value that a range of the text says."""
        ids = self.passage.ids_between(start, end)
        place = self.sheet.place(Passage(self.passage.words, ids))
        return Read(Value(value, 0, len(place.text)), place, confidence)


def worded(leaf: Leaf, sheets: Sequence[Sheet], habits: Habits, *, is_iso: bool) -> list[Read]:
    """The places that say a leaf in so many words, best first; several where it is the item of a list.

    Args:
        leaf: what is wanted.
        sheets: the documents' pages.
        habits: how they write dates and numbers.
        is_iso: whether dates are given in ISO's form.
    """
    words = label_terms(" ".join(name_words(leaf.name)))
    kind = kind_of(leaf)
    texts = [_text(sheet) for sheet in sheets if sheet.page.words and sheet.page.words.words]
    if kind is Kind.DATE:
        if words & _stems("effective agreement contract"):
            return list(_effective_dates(texts, habits, is_iso=is_iso))
        return _first(leaf, sheets[:1], habits, is_iso=is_iso) if words <= _OF_THE_WHOLE else []
    if kind in {Kind.CURRENCY, Kind.MAIL, Kind.URL, Kind.IBAN}:
        return _first(leaf, sheets, habits, is_iso=False)
    if kind is not Kind.TEXT or leaf.types - {"string"}:
        return []
    if words & _stems("party parties"):
        return _parties(texts)
    if words & _stems("jurisdiction") or words >= _stems("governing law"):
        return _jurisdictions(texts)
    if words & _stems("term duration") and not words & _stems("payment"):
        return _terms(texts)
    is_name = bool(words & _ISSUER) and words <= _ISSUER | _NAMING
    if is_name:
        return _named_at_top(sheets)
    return _address_below(sheets) if "address" in words and words <= _ISSUER | {"address"} else []


def _stems(words: str) -> frozenset[str]:
    return label_terms(words)


def _text(sheet: Sheet) -> _Text:
    assert sheet.page.words is not None
    return _Text(sheet, Passage(sheet.page.words.words, tuple(range(len(sheet.page.words.words)))))


def _parties(texts: Sequence[_Text]) -> list[Read]:
    """The names that stand between `between` and what follows `and`."""
    for text in texts[:_FIRST_PAGES]:
        for match in _BETWEEN.finditer(text.passage.text):
            found = [name for part in ("one", "other") for name in _names(text, *match.span(part))]
            if len(found) >= 2:
                return found
    return []


def _names(text: _Text, start: int, end: int) -> Iterator[Read]:
    said = text.passage.text[start:end]
    article = _ARTICLE.match(said)
    start += article.end() if article else 0
    said = text.passage.text[start:end]
    stop = _NAME_END.search(said)
    name = said[: stop.start()] if stop else said
    name = name.strip(" ,;:_\n")
    if _LEAST_NAME <= len(name) <= _MOST_NAME and name[0].isupper():
        yield text.read(_BEFORE_FORM.sub(" ", name).replace("\u2019", "'"), start, start + len(name), _LIKELY)


def _effective_dates(texts: Sequence[_Text], habits: Habits, *, is_iso: bool) -> Iterator[Read]:
    """The first date that something is made or in force as of; else the first date of the first pages."""
    found: list[Read] = []
    for text in texts[:_FIRST_PAGES]:
        for day, start, end in dates(text.passage.text, habits):
            value = day.isoformat() if is_iso else text.passage.text[start:end]
            is_made = bool(_MADE.search(text.passage.text[max(0, start - 100) : start]))
            found.append(text.read(value, start, end, _SURE if is_made else _GUESSED))
    if found:
        yield max(found, key=lambda read: read.confidence)


def _jurisdictions(texts: Sequence[_Text]) -> list[Read]:
    found = []
    for text in texts:
        for pattern in (_LAW, _LAW_OF):
            for match in pattern.finditer(text.passage.text):
                if _NO_PLACE.match(match["name"]):
                    continue
                around = text.passage.text[max(0, match.start() - 150) : match.end() + 100]
                is_sure = bool(_GOVERNED.search(around)) and "law" in match.group().casefold()
                name = match["name"].title() if match["name"].isupper() else match["name"]
                found.append(text.read(name, *match.span("name"), _SURE if is_sure else _GUESSED))
    return sorted(found, key=lambda read: -read.confidence)[:1]


def _terms(texts: Sequence[_Text]) -> list[Read]:
    found = []
    for text in texts:
        for match in _TERM.finditer(text.passage.text):
            before = text.passage.text[max(0, match.start() - 160) : match.start()]
            after = text.passage.text[match.end() : match.end() + 80]
            sentence = re.split(r"[.;]\s", before)[-1] + " " + re.split(r"[.;]\s", after)[0]
            score = _GUESSED * len({m.group().casefold() for m in _TERM_NEAR.finditer(sentence)})
            score -= _GUESSED * bool(_TERM_FAR.search(sentence)) + 0.5 * (match["unit"].casefold() == "day")
            if score >= 2 * _GUESSED:
                n = int(match["digits"] or _COUNTS_BY_WORD.get(match["n"].casefold(), 0) or match["n"])
                unit = match["unit"].casefold()
                value = f"{n} {unit}" if n == 1 else f"{n} {unit}s"
                found.append((score, text.read(value, *match.span(), _GUESSED)))
    best = max(found, key=lambda pair: pair[0], default=None)
    return [best[1]] if best else []


def _named_at_top(sheets: Sequence[Sheet]) -> list[Read]:
    """The first of the first page's lines that has a company's form, is a title, or may be a name."""
    for sheet in sheets[:1]:
        line = _top_name(sheet)
        if line is not None:
            place, end = sheet.place(line), _name_end(line)
            return [Read(Value(place.text[:end], 0, end), place, _GUESSED)]
    return []


def _top_name(sheet: Sheet) -> Passage | None:
    titles = {block.text for block in sheet.blocks if block.kind is BlockKind.TITLE}
    lines = [row[0] for row in sheet.rows[:_TOP_LINES] if row and _may_be_name(row[0])]
    lines.sort(key=lambda line: (not _COMPANY.search(line.text), line.text not in titles))
    return lines[0] if lines else None


def _may_be_name(line: Passage) -> bool:
    name = line.text[: _name_end(line)]
    letters = sum(c.isalpha() for c in name)
    is_short = len(name.split()) <= 6 and letters >= 3 and letters * 2 > len(name)
    return is_short and not _NO_NAME.search(name)


def _name_end(line: Passage) -> int:
    """Where the number under which a company is registered begins, behind its name."""
    number = _REGISTERED.search(line.text)
    return number.start() if number else len(line.text)


def _address_below(sheets: Sequence[Sheet]) -> list[Read]:
    """The lines below the name at the top, until one that is no part of an address."""
    for sheet in sheets[:1]:
        name = _top_name(sheet)
        lines = [row[0] for row in sheet.rows if row]
        if name is None or sheet.page.words is None:
            continue
        found: list[Passage] = []
        for line in lines[lines.index(name) + 1 :][:_MOST_ADDRESS_LINES]:
            if _NO_ADDRESS.search(line.text):
                break
            found.append(line)
        ids = tuple(i for line in found for i in line.word_ids)
        if any(c.isdigit() for line in found for c in line.text):
            place = sheet.place(Passage(found[0].words, ids))
            return [Read(Value(place.text, 0, len(place.text)), place, _GUESSED)]
    return []


def _first(leaf: Leaf, sheets: Sequence[Sheet], habits: Habits, *, is_iso: bool) -> list[Read]:
    """The first place that reads as the leaf wants."""
    for sheet in sheets:
        for row in sheet.rows:
            for piece in row:
                value = read_value(leaf, piece.text, habits, is_iso=is_iso)
                if value is not None:
                    return [Read(value, sheet.place(piece), _GUESSED)]
    return []
